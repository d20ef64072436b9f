import type { FormBody, FormField, Value, Values } from '@/api/types'
import { gatherValues, isAsked, listFields } from './visibility'

/** What the item says that came back and still stands as it was. */
export const STILL_UNCHANGED = '这一处还没改'

/** The form as it is mended: what came back has to be filled in, even where it could be left out the first time. */
export function requireReturned(form: FormBody, items: readonly string[]): FormBody {
  const sections = form.sections.map((section) => ({
    ...section,
    fields: section.fields.map((field) => (items.includes(field.key) ? { ...field, required: true, may_be_owed: false } : field)),
  }))
  return { ...form, sections }
}

/** The returned items that are asked for and stand as they were handed in, each with what it says. */
export function tellUnchanged(form: FormBody, items: readonly string[], before: Values, now: Values): Record<string, string> {
  const [was, is] = [gatherValues(form, { ...now, ...pick(before, items) }), gatherValues(form, now)]
  const same = listFields(form).filter(
    (field) => items.includes(field.key) && isAsked(field, now) && bringsNothingNew(field, was[field.key], is[field.key]),
  )
  return Object.fromEntries(same.map((field) => [field.key, STILL_UNCHANGED]))
}

function pick(values: Values, items: readonly string[]): Values {
  return Object.fromEntries(items.map((item) => [item, values[item] ?? null]))
}

/** Files are judged anew by a new one alone: what was taken out or put in another order was seen before. */
function bringsNothingNew(field: FormField, was: Value | undefined, is: Value | undefined): boolean {
  const areFiles = field.type === 'photos' || field.type === 'documents'
  if (areFiles && Array.isArray(was) && Array.isArray(is) && is.length) return (is as string[]).every((key) => (was as string[]).includes(key))
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
