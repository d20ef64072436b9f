/** What comes of other fields of the form (rules `comes_of`, `rest_of`): worked out while one types, and still to be written over. */
import type { DocumentView, Value, Values } from '@/api/types'

type Form = DocumentView['form']
type Rule = NonNullable<Form['rules']>[number]

/** Meters show three decimals; a difference of floating numbers has more. */
const LITRES = 1000

const listFactors = (rule: Rule): string[] => rule.comes_of ?? rule.rest_of ?? []

/** The fen of the product, or what is left, as the server checks it; null while a figure is missing. */
function workOut(rule: Rule, values: Values): number | null {
  const numbers = listFactors(rule).map((key) => values[key])
  if (!numbers.every((one): one is number => typeof one === 'number')) return null
  if (rule.rest_of) return Math.round((numbers[0]! - numbers[1]!) * LITRES) / LITRES
  const fen = Math.round(Math.abs(numbers.reduce((product, one) => product * one, 100)))
  return fen > 0 ? fen : null
}

/**
 * What is to be filled in besides, once `key` has `value`; what comes of that follows as well, in the order of the rules. A
 * figure that somebody wrote is theirs: only an empty one, and one that was worked out of the figures before, follows.
 */
export function listFollowing(form: Form, before: Values, key: string, value: Value): [string, number][] {
  const after = { ...before, [key]: value }
  const changed = new Set([key])
  const found: [string, number][] = []
  for (const rule of form.rules ?? []) {
    if (rule.field.includes('.') || !listFactors(rule).some((one) => changed.has(one))) continue
    const [was, is, held] = [workOut(rule, before), workOut(rule, after), before[rule.field] ?? null]
    if (is === null || is === held || (held !== null && held !== was)) continue
    found.push([rule.field, is])
    after[rule.field] = is
    changed.add(rule.field)
  }
  return found
}
