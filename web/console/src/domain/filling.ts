/** What somebody fills into a form, checked as they leave a field; the server has the last word. */
import type { FormBody, FormColumn, FormField, FormOption, Row, Value, Values } from '@/api/types'
import { isEmpty, isKeys, isRows, listFields } from './formValues'
import { tellYuan } from './money'

/** Field → what is wrong; a table's cell is named `field.row.column`, as the server does. */
export type Errors = Record<string, string>
type Cell = FormField | FormColumn

const EMPTY = '这一项还没有填。'

/** What is wrong with one value, or null. */
export function checkValue(field: Cell, value: Value | undefined): string | null {
  if (isEmpty(value)) return field.required ? EMPTY : null
  switch (field.type) {
    case 'number':
    case 'money':
      return checkNumber(field, value)
    case 'phone':
      return isPhone(String(value), field.service_number ?? false) ? null : '请填 11 位手机号，或带区号的座机号。'
    case 'id_number':
      return /^\d{17}[\dXx]$/.test(String(value).trim()) ? null : '身份证号要有 18 位，请核对。'
    case 'credit_code':
      return /^[0-9A-Z]{18}$/i.test(String(value).trim()) ? null : '统一社会信用代码要有 18 位，请核对。'
    default:
      return 'account_number' in field && field.account_number && !/^\d{12}$/.test(String(value).normalize('NFKC').replace(/[\s-]/g, '')) ? '户号是 12 位数字，请核对。' : null
  }
}

function checkNumber(field: Cell, value: Value | undefined): string | null {
  if (typeof value !== 'number') return field.type === 'money' ? '请填金额，如 1200 或 1200.50。' : '请填一个数字。'
  const tell = (bound: number) => (field.type === 'money' ? `${tellYuan(bound)} 元` : `${bound}${field.unit ? ` ${field.unit}` : ''}`)
  if (field.min !== undefined && value < field.min) return `不能小于 ${tell(field.min)}。`
  if (field.max !== undefined && value > field.max) return `不能大于 ${tell(field.max)}。`
  const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0
  if (field.decimals !== undefined && decimals > field.decimals) {
    return field.decimals ? `小数最多 ${field.decimals} 位。` : '请填整数。'
  }
  return null
}

function isPhone(text: string, isService: boolean): boolean {
  const digits = text.normalize('NFKC').replace(/[\s-]/g, '')
  return /^(1[3-9]\d{9}|0\d{9,11})$/.test(digits) || (isService && /^\d{3,10}$/.test(digits))
}

/**
 * All that is wrong with the form as it stands, in its order. What is `masked`, a table with all its rows, was right when
 * it was written, and is not sent.
 */
export function checkForm(form: FormBody, values: Values, masked: readonly string[] = []): Errors {
  const errors: Errors = {}
  for (const field of listFields(form, values)) {
    if (masked.includes(field.key)) continue
    const held = values[field.key]
    // The server leaves out rows without anything in them.
    const value = isRows(held) && held.every(isBlankRow) ? [] : held
    const wrong = checkValue(field, value)
    // Whoever signs later signs what is filled in now.
    if (wrong && !(wrong === EMPTY && (field.may_be_owed || field.signer))) errors[field.key] = wrong
    if (field.type === 'table' && isRows(value)) Object.assign(errors, checkRows(field, value))
  }
  return errors
}

/** What is wrong with the cells of a table; a row without anything in it is left out by the server. */
export function checkRows(field: FormField, rows: Row[]): Errors {
  const errors: Errors = {}
  rows.forEach((row, index) => {
    if (isBlankRow(row)) return
    for (const column of field.columns ?? []) {
      const wrong = checkValue(column, row[column.key])
      if (wrong) errors[`${field.key}.${index}.${column.key}`] = wrong
    }
  })
  return errors
}

export function isBlankRow(row: Row): boolean {
  return Object.values(row).every((cell) => isEmpty(cell))
}

/** The options that may be chosen: all, or those that were chosen in the field that this one depends on. */
export function listOptions(field: FormField, values: Values): FormOption[] {
  const options = field.options ?? []
  if (!field.within) return options
  const chosen = values[field.within]
  return options.filter((option) => isKeys(chosen) && chosen.includes(option.value))
}

/** A long or numbered list is searched, a short one is ticked. */
export function isSearched(options: FormOption[]): boolean {
  return options.length > 12
}

/** Options whose number begins so or whose words hold this, in their own order. */
export function searchOptions(options: FormOption[], words: string): FormOption[] {
  const asked = words.normalize('NFKC').trim()
  if (!asked) return options
  if (/^\d+$/.test(asked)) return options.filter((option) => String(option.number ?? '').startsWith(asked))
  return options.filter((option) => option.label.includes(asked) || option.group?.includes(asked))
}

/** The field to which the eye goes first: the first wrong one of the form. */
export function findFirstWrong(form: FormBody, values: Values, errors: Errors): string | null {
  const keys = Object.keys(errors)
  const field = listFields(form, values).find((one) => keys.some((key) => key === one.key || key.startsWith(`${one.key}.`)))
  return field?.key ?? null
}
