import type { FormBody, Me, Values } from '@/api/types'
import { isBlank, listFields } from './visibility'

/** The values with what the account knows of its customer, wherever nothing stands yet: name and phone. */
export function fillOwnDetails(form: FormBody, values: Values, me: Me): Values {
  const filled = { ...values }
  const fields = listFields(form)
  const own = { name: me.name, phone: me.phone }
  for (const kind of ['name', 'phone'] as const) {
    // The first of its kind is the applicant's own; a later one may be anybody's.
    const field = fields.find((one) => one.personal === kind)
    if (field && own[kind] && isBlank(filled[field.key])) filled[field.key] = own[kind]
  }
  return filled
}

/** What of it is new in a form that somebody is filling in: field → value. What was typed stays. */
export function listFreshDetails(form: FormBody, values: Values, me: Me): [string, Values[string]][] {
  return Object.entries(fillOwnDetails(form, values, me)).filter(([key, value]) => value !== values[key])
}
