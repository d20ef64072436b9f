/** Sums that come of other fields of the form (rule `comes_of`): worked out while one types, and still to be written over. */
import type { DocumentView, Value, Values } from '@/api/types'

type Form = DocumentView['form']

/** The fen of the product, as the server checks it; null while a factor is missing. */
function workOut(factors: readonly string[], values: Values): number | null {
  const numbers = factors.map((key) => values[key])
  if (!numbers.every((one): one is number => typeof one === 'number')) return null
  const fen = Math.round(Math.abs(numbers.reduce((product, one) => product * one, 100)))
  return fen > 0 ? fen : null
}

/**
 * What is to be filled in besides, once `key` has `value`. A sum that somebody wrote is theirs: only an empty one, and one
 * that was worked out of the figures before, follows.
 */
export function listFollowing(form: Form, before: Values, key: string, value: Value): [string, number][] {
  const after = { ...before, [key]: value }
  return (form.rules ?? []).flatMap((rule): [string, number][] => {
    if (!rule.comes_of?.includes(key) || rule.field.includes('.')) return []
    const [was, is, held] = [workOut(rule.comes_of, before), workOut(rule.comes_of, after), before[rule.field] ?? null]
    return is !== null && is !== held && (held === null || held === was) ? [[rule.field, is]] : []
  })
}
