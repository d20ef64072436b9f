/** A case that is being written down for a customer, kept until it is sent so that a reload loses nothing. */
import type { Channel, KnownPerson, NewCaseBody, Startable } from '@/api/intake'
import type { FileView, FormBody, Values } from '@/api/types'
import { isEmpty, listFields } from './formValues'

export interface CaseDraft {
  process: string
  channel: Channel | ''
  customerId: number | null
  values: Values
  /** What of the values came with the customer who was chosen, and goes with them where it is another. */
  known: Values
  /** What has been uploaded, by its key. */
  files: Record<string, FileView>
}

// It holds names and phones, so it goes with the tab and is never in what this browser keeps for good.
const PLACE = 'console.new_case'

export const makeDraft = (): CaseDraft => ({ process: '', channel: '', customerId: null, values: {}, known: {}, files: {} })

export function readDraft(username: string): CaseDraft {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as { username: string; draft: CaseDraft } | null
    return kept?.username === username ? { ...makeDraft(), ...kept.draft } : makeDraft()
  } catch {
    return makeDraft()
  }
}

export function keepDraft(username: string, draft: CaseDraft): void {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ username, draft }))
  } catch {
    // A full or forbidden store costs only what a reload would have kept.
  }
}

export function dropDraft(): void {
  try {
    sessionStorage.removeItem(PLACE)
  } catch {
    // Then there was none.
  }
}

/** The values that this form asks for now; those of another form, or of a question that fell away, stay behind. */
export function chooseValues(form: FormBody, values: Values): Values {
  const chosen: Values = {}
  for (const field of listFields(form, values)) {
    const value = values[field.key]
    if (!isEmpty(value)) chosen[field.key] = value!
  }
  return chosen
}

/** What is known of a customer, as the fields of the form are called. */
export const listKnown = (person: KnownPerson): Values => ({ contact_name: person.name, contact_phone: person.phone, account_no: person.account_no, address: person.address })

/**
 * The form filled from what is known of a customer; what was typed already stays. What `before` brought, somebody else's
 * name or address, goes, or two people would be mixed in one case.
 */
export function fillFrom(person: KnownPerson, values: Values, before: Values = {}): Values {
  const filled: Values = { ...values }
  for (const [key, value] of Object.entries(listKnown(person))) {
    const isOthers = !isEmpty(before[key]) && JSON.stringify(filled[key]) === JSON.stringify(before[key])
    if (isEmpty(filled[key]) || isOthers) {
      if (isEmpty(value)) delete filled[key]
      else filled[key] = value
    }
  }
  return filled
}

/** Processes whose name holds these words, in their own order. */
export function searchProcesses(items: Startable[], words: string): Startable[] {
  const asked = words.trim()
  return asked ? items.filter((one) => one.name.includes(asked)) : items
}

export function describeCase(draft: CaseDraft, process: Startable, channel: Channel, allowDuplicate: boolean): Omit<NewCaseBody, 'command_id'> {
  return {
    process: process.key,
    form_version: process.form.version,
    channel,
    values: chooseValues(process.form, draft.values),
    customer_id: draft.customerId,
    allow_duplicate: allowDuplicate,
  }
}
