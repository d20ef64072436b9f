/** Which way out of a step fits what is typed into its form: with a hazard ticked nobody hands in “没有隐患”. */
import type { AvailableAction, DocumentView, Values } from '@/api/types'
import { isEmpty } from './formValues'
import { tellYuan } from './money'

const fits = (action: AvailableAction, values: Values) => action.demands.every((one) => isEmpty(values[one.field]) !== one.filled)

/**
 * The way out that the form is handed in for. Who came by one that wants something filled in is told at the field what is
 * missing; every other that the form speaks against gives way to the one that it speaks for.
 */
export function findWayOut(wanted: AvailableAction | null, ways: readonly AvailableAction[], values: Values): AvailableAction | null {
  if (wanted && (fits(wanted, values) || wanted.demands.some((one) => one.filled))) return wanted
  const fitting = ways.find((one) => one.demands.length > 0 && fits(one, values))
  return fitting ?? wanted
}

/** The sums with which the way out is taken, as `要补缴的气款 36.00 元`; empty where it asks for none. */
export function tellSums(action: Pick<AvailableAction, 'demands'>, form: DocumentView['form'], values: Values): string {
  const wanted = action.demands.filter((one) => one.filled).map((one) => one.field)
  const sums = form.sections.flatMap((one) => one.fields).filter((one) => one.type === 'money' && wanted.includes(one.key))
  return sums.flatMap((one) => (typeof values[one.key] === 'number' ? `${one.label} ${tellYuan(values[one.key] as number)} 元` : [])).join('，')
}
