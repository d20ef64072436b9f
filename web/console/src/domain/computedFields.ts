/**
 * What comes of other fields of the form, worked out while one types and still to be written over: sums (`comes_of`, `owed_by`), what
 * is left (`rest_of`) and days (`spans`).
 */
import type { DocumentView, Value, Values } from '@/api/types'

type Form = DocumentView['form']
type Rule = NonNullable<Form['rules']>[number]
type Follower = [string, Value]

const DAY_MS = 86_400_000

/** The fen of the product, as the server checks it; null while a factor is missing. */
function workOut(factors: readonly string[], values: Values): number | null {
  const numbers = factors.map((key) => values[key])
  if (!numbers.every((one): one is number => typeof one === 'number')) return null
  const fen = Math.round(Math.abs(numbers.reduce((product, one) => product * one, 100)))
  return fen > 0 ? fen : null
}

/** The fen of what was used beyond what was bought, and of the bills; null while nobody can say, or nothing is owed. */
function workOutOwed(names: readonly string[], values: Values): number | null {
  const [left, price, bills] = names.map((key) => values[key] ?? null)
  if (typeof left !== 'number' || (left < 0 && typeof price !== 'number')) return null
  const beyond = left < 0 ? Math.round(Math.abs(left * (price as number) * 100)) : 0
  return beyond + (typeof bills === 'number' ? bills : 0) || null
}

/** The first less the second, to as many places as the two have; null while one of them is missing. */
function findRest(names: readonly string[], values: Values): number | null {
  const [whole, part] = names.map((key) => values[key])
  return typeof whole === 'number' && typeof part === 'number' ? Number((whole - part).toFixed(6)) : null
}

/** What is left by the figures that stand in the form, where nothing stands there yet. */
export function listRests(form: Form, values: Values): Follower[] {
  return (form.rules ?? []).flatMap((rule): Follower[] => {
    const rest = rule.rest_of ? findRest(rule.rest_of, values) : null
    return rest !== null && (values[rule.field] ?? null) === null ? [[rule.field, rest]] : []
  })
}

/** That the figure beside the field is another than what comes of the two, or nothing. */
export function tellRest(form: Form, key: string, values: Values): string {
  const rule = form.rules?.find((one) => one.field === key && one.rest_of)
  const rest = rule ? findRest(rule.rest_of!, values) : null
  const held = values[key] ?? null
  return rest === null || held === null || held === rest ? '' : `算出来是 ${rest}，和填的不一样。请先核对前面两个数；表上真是这样，两边对不上就不能往下办。`
}

const readDay = (value: Value | undefined) => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : null)
const writeDay = (time: number) => new Date(time).toISOString().slice(0, 10)
const isCount = (value: Value | undefined): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 10_000

/** Of days, first and last day the one that the other two leave open; both days count. What agreed before goes on agreeing. */
function followDays(rule: Rule, before: Values, after: Values, key: string): Follower[] {
  const [firstKey, lastKey] = rule.spans as [string, string]
  const read = (values: Values) => ({ days: values[rule.field], first: readDay(values[firstKey]), last: readDay(values[lastKey]) })
  const [was, is] = [read(before), read(after)]
  const held = was.first !== null && was.last !== null && isCount(was.days) ? (was.last - was.first) / DAY_MS + 1 : null
  const agreed = held === null || held === was.days || held === (was.days as number) + 1
  // A day or a number that somebody wrote against the others is theirs; they are told at the field what fits.
  if (!agreed) return []
  if (key !== lastKey && is.first !== null && isCount(is.days)) return [[lastKey, writeDay(is.first + (is.days - 1) * DAY_MS)]]
  if (key === lastKey && is.last !== null && is.first === null && isCount(is.days)) return [[firstKey, writeDay(is.last - (is.days - 1) * DAY_MS)]]
  if (is.first !== null && is.last !== null && is.last >= is.first) return [[rule.field, (is.last - is.first) / DAY_MS + 1]]
  return []
}

/** A sum that somebody wrote is theirs: only an empty one, and one that was worked out of the figures before, follows. */
function followSum(rule: Rule, before: Values, after: Values): Follower[] {
  const [was, is, held] = [workOut(rule.comes_of!, before), workOut(rule.comes_of!, after), before[rule.field] ?? null]
  return is !== null && (held === null || held === was) ? [[rule.field, is]] : []
}

/** Like a sum; and once nothing is owed any more, the sum that was worked out goes as well. */
function followOwed(rule: Rule, before: Values, after: Values): Follower[] {
  const [was, is, held] = [workOutOwed(rule.owed_by!, before), workOutOwed(rule.owed_by!, after), before[rule.field] ?? null]
  return held === null || held === was ? [[rule.field, is]] : []
}

/** Like a sum; what the meter itself shows may be written, and stays. */
function followRest(rule: Rule, before: Values, after: Values): Follower[] {
  const [was, is, held] = [findRest(rule.rest_of!, before), findRest(rule.rest_of!, after), before[rule.field] ?? null]
  return is !== null && (held === null || held === was) ? [[rule.field, is]] : []
}

function followOnce(form: Form, before: Values, after: Values, key: string): Follower[] {
  return (form.rules ?? []).flatMap((rule): Follower[] => {
    if (rule.field.includes('.')) return []
    if (rule.comes_of?.includes(key)) return followSum(rule, before, after)
    if (rule.owed_by?.includes(key)) return followOwed(rule, before, after)
    if (rule.rest_of?.includes(key)) return followRest(rule, before, after)
    if (rule.spans && [rule.field, ...rule.spans].includes(key)) return followDays(rule, before, after, key)
    return []
  })
}

/** What is to be filled in besides, once `key` has `value`; what follows from that as well. */
export function listFollowing(form: Form, before: Values, key: string, value: Value): Follower[] {
  const after: Values = { ...before, [key]: value }
  const changed = new Map<string, Value>()
  const waiting = [key]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const [other, sum] of followOnce(form, before, after, next)) {
      if (other === key || changed.has(other) || sum === (after[other] ?? null)) continue
      changed.set(other, sum)
      after[other] = sum
      waiting.push(other)
    }
  }
  return [...changed]
}
