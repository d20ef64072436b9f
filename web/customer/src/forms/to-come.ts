import type { FormBody, Values } from '@/api/types'
import { isAsked, isBlank, listFields } from './visibility'

/** The labels of what was left to be handed in later, as the form allows it. */
export function listToCome(form: FormBody, values: Values): string[] {
  return listFields(form)
    .filter((field) => field.required && field.may_be_owed && isAsked(field, values) && isBlank(values[field.key]))
    .map((field) => field.label)
}

/** What is to come and until when, for whoever has just sent the form; null where all of it is there. */
export function tellToCome(form: FormBody, values: Values): string | null {
  const labels = listToCome(form, values)
  return labels.length ? `还没交：${labels.join('、')}。受理后点开这一页补交，最晚在办完前补上。` : null
}
