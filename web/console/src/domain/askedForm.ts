/** A form as the screen asks for it: in plain words where the paper has its own, and with the day that some days lead to. */
import type { FormBody, FormField, Value } from '@/api/types'
import { tellDay, toDay } from './dates'

const DAY_MS = 86_400_000
const MOST_DAYS = 3650

/** The form with the words of the screen in the place of the paper's labels. */
export function askPlainly(form: FormBody): FormBody {
  const ask = (field: FormField): FormField => (field.asked_as ? { ...field, label: field.asked_as } : field)
  return { ...form, sections: form.sections.map((section) => ({ ...section, fields: section.fields.map(ask) })) }
}

/** The form as staff read it: what asks the customer for 您的姓名 is a name here. */
export function callForStaff(form: FormBody): FormBody {
  const call = (field: FormField): FormField => (field.label.startsWith('您的') ? { ...field, label: field.label.slice(2) } : field)
  return { ...form, sections: form.sections.map((section) => ({ ...section, fields: section.fields.map(call) })) }
}

/** `即 12月5日 周六 前（当天也算）` for ten days typed on 25 November; empty where no number of days stands there. */
export function tellDayOf(field: FormField, value: Value | undefined, now: Date = new Date()): string {
  if (!field.tells_day || typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MOST_DAYS) return ''
  return `即 ${tellDay(toDay(new Date(now.getTime() + value * DAY_MS)))} 前（当天也算）`
}

/** `安检员签字` stays, `检查人` becomes `检查人签名`: nobody reads 签字签名. */
export function nameSignature(label: string): string {
  return /签[字名]$/.test(label) ? label : `${label}签名`
}
