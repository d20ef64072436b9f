import type { FormBody, FormField, Value, Values } from '@/api/types'
import { gatherValues, isAsked, isBlank, listFields } from './visibility'

/** What the item says that came back and still stands as it was. */
export const STILL_UNCHANGED = '这一处还没改'
/** What it says where what came back was taken out, and nothing has come in its place. */
export const EMPTIED = '已删去，还没有新的'

/**
 * The form as it is mended: what came back has to be filled in, even where it could be left out the first time;
 * save `left`, which somebody has said to hand in without.
 */
export function requireReturned(form: FormBody, items: readonly string[], left: readonly string[] = []): FormBody {
  const sections = form.sections.map((section) => ({
    ...section,
    fields: section.fields.map((field) => (items.includes(field.key) && !left.includes(field.key) ? { ...field, required: true, may_be_owed: false } : field)),
  }))
  return { ...form, sections }
}

/** The returned items that are asked for and not mended, each with what it says. */
export function tellUnchanged(form: FormBody, items: readonly string[], before: Values, now: Values): Record<string, string> {
  const [was, is] = [gatherValues(form, { ...now, ...pick(before, items) }), gatherValues(form, now)]
  const same = listFields(form).filter(
    (field) => items.includes(field.key) && isAsked(field, now) && bringsNothingNew(field, was[field.key], is[field.key]),
  )
  const tell = (field: FormField): string => (isBlank(is[field.key]) && !isBlank(was[field.key]) ? EMPTIED : STILL_UNCHANGED)
  return Object.fromEntries(same.map((field) => [field.key, tell(field)]))
}

/** The fields that may be handed in empty once somebody says so: all that is left to mend, and the form asks for none. */
export function listLeavable(form: FormBody, unmended: Record<string, string>): FormField[] {
  const left = listFields(form).filter((field) => field.key in unmended)
  return left.every((field) => unmended[field.key] === EMPTIED && !field.required) ? left : []
}

function pick(values: Values, items: readonly string[]): Values {
  return Object.fromEntries(items.map((item) => [item, values[item] ?? null]))
}

/** Files are judged anew by a new one alone: what was taken out or put in another order was seen before. */
function bringsNothingNew(field: FormField, was: Value | undefined, is: Value | undefined): boolean {
  if (isBlank(is)) return true
  const areFiles = field.type === 'photos' || field.type === 'documents'
  if (areFiles && Array.isArray(was) && Array.isArray(is)) return (is as string[]).every((key) => (was as string[]).includes(key))
  return isSame(was, is)
}

function isSame(one: Value | undefined, other: Value | undefined): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
}

/** Addresses come from the server and from the screen, with their parts in another order each. */
function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const parts = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return parts.map(([name, part]) => [name, inOrder(part)])
}
