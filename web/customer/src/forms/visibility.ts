import type { FormBody, FormField, FormOption, Row, Value, Values } from '@/api/types'
import { evaluate } from './conditions'

/** All fields of a form in the order of the screen. */
export function listFields(form: FormBody): FormField[] {
  return form.sections.flatMap((section) => section.fields)
}

/** Whether the field is asked for, by what is filled in so far. */
export function isAsked(field: FormField, values: Values): boolean {
  return field.when === undefined || evaluate(field.when, values)
}

/** The options that may be chosen: all, or those that were chosen in the field that this one depends on. */
export function listOptions(field: FormField, values: Values): FormOption[] {
  const options = field.options ?? []
  if (!field.within) return options
  const chosen = values[field.within]
  return options.filter((option) => isKeys(chosen) && chosen.includes(option.value))
}

/** The keys of choices or files, but not the rows of a table. */
export function isKeys(value: Value | undefined): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

export function isRows(value: Value | undefined): value is Row[] {
  return Array.isArray(value) && !isKeys(value)
}

export function isBlank(value: Value | undefined): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return value.trim() === ''
  return Array.isArray(value) && value.length === 0
}

/** What is handed in: only the fields that are asked for and filled in, texts without outer spaces. */
export function gatherValues(form: FormBody, values: Values): Values {
  const gathered: Values = {}
  for (const field of listFields(form)) {
    const value = values[field.key]
    if (value === undefined || isBlank(value) || !isAsked(field, values)) continue
    gathered[field.key] = typeof value === 'string' ? tidy(field, value) : value
  }
  return gathered
}

function tidy(field: FormField, text: string): string {
  const trimmed = text.trim()
  if (field.type === 'id_number') return trimmed.toUpperCase()
  return field.type === 'phone' ? trimmed.replace(/[\s-]/g, '') : trimmed
}
