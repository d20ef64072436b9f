/** A day on a slip that is past the company's own limit over the works (rule `within_limit`): said at once, with what to do. */
import type { FormBody, FormField, Values } from '@/api/types'
import { tellDay } from './dates'
import { isEmpty } from './formValues'

const isPast = (limit: string, value: unknown) => typeof value === 'string' && value.slice(0, 10) > limit

/** What stands below the field once its day is late. */
export function tellLate(form: FormBody, key: string, values: Values, limit: string | null | undefined): string {
  const rule = limit ? (form.rules ?? []).find((one) => one.field === key && one.within_limit) : undefined
  if (!rule || !isPast(limit!, values[key])) return ''
  const reason = form.sections.flatMap((one) => one.fields).find((one) => one.key === rule.within_limit)
  return `超过规定期限 ${tellDay(limit!)}。请改日期；确实来不及的，填“${reason?.label ?? '原因'}”，并在“更多”里申请延期。`
}

/** The reason is asked for only where a day is late, and shown where somebody has written one. */
export function isReasonUnasked(form: FormBody, field: FormField, values: Values, limit: string | null | undefined): boolean {
  const rule = (form.rules ?? []).find((one) => one.within_limit === field.key)
  return Boolean(rule) && isEmpty(values[field.key]) && !(limit && isPast(limit, values[rule!.field]))
}
