/** Faults of fields that are not on the screen: told in words beside the button, since no red text stands anywhere else. */
import type { FormBody, FormField, Values } from '@/api/types'
import { listAskedKeys } from './conditions'
import type { Errors } from './filling'
import { listFields } from './formValues'

/** A sentence for each fault whose field is not shown with these values; `isLeftOut` says what the screen leaves out besides. */
export function listUntold(form: FormBody, values: Values, errors: Errors, isLeftOut: (field: FormField) => boolean): string[] {
  const all = form.sections.flatMap((section) => section.fields)
  const seen = new Set(listFields(form, values).flatMap((field) => (isLeftOut(field) ? [] : field.key)))
  const labelOf = (key: string) => all.find((one) => one.key === key)?.label
  const told = Object.entries(errors).flatMap(([place, text]) => {
    const key = place.split('.')[0]!
    if (seen.has(key) || !text) return []
    const field = all.find((one) => one.key === key)
    if (!field) return [text]
    // What it hangs on is on the screen, or hangs on something that is.
    const asked = listAskedKeys(field.when).flatMap((one) => labelOf(one) ?? [])
    const where = field.when && asked.length ? `这一项要看${asked.map((one) => `“${one}”`).join('、')}怎么填，请先核对。` : ''
    const named = text.includes(field.label) ? text : `“${field.label}”：${text}`
    return [`${named}${where}`]
  })
  return [...new Set(told)]
}
