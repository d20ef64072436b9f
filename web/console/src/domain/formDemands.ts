/** Which way out of a step fits what is typed into its form: with a hazard ticked nobody hands in “没有隐患”. */
import type { AvailableAction, Values } from '@/api/types'
import { isEmpty } from './formValues'

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
