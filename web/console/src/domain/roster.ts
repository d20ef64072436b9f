/** The duty roster by days: a week from Monday, or a whole month. */
import type { RosterTurn } from '@/api/organisation'

export type Span = 'week' | 'month'

export interface RosterDay {
  date: string
  turns: RosterTurn[]
}

const DAY_MS = 86_400_000
const at = (day: string) => Date.parse(`${day}T00:00:00Z`)
const write = (moment: number) => new Date(moment).toISOString().slice(0, 10)

export const addDays = (day: string, by: number) => write(at(day) + by * DAY_MS)

/** Monday is 0. */
export const weekdayOf = (day: string) => (new Date(at(day)).getUTCDay() + 6) % 7

/** First and last day of the week or month in which `day` lies. */
export function findSpan(span: Span, day: string): { first: string; last: string } {
  if (span === 'week') {
    const first = addDays(day, -weekdayOf(day))
    return { first, last: addDays(first, 6) }
  }
  const [year, month] = day.split('-').map(Number) as [number, number]
  return { first: `${day.slice(0, 7)}-01`, last: write(Date.UTC(year, month, 0)) }
}

/** A day in the span before (-1) or after (1). */
export function turnSpan(span: Span, day: string, by: -1 | 1): string {
  const { first, last } = findSpan(span, day)
  return by === 1 ? addDays(last, 1) : addDays(first, -1)
}

/** Every day of the span with the turns of a unit, in the order in which they are called. */
export function listDays(span: Span, day: string, unitCode: string, turns: readonly RosterTurn[]): RosterDay[] {
  const { first, last } = findSpan(span, day)
  const own = turns.filter((turn) => turn.unit_code === unitCode).sort((left, right) => left.call_order - right.call_order)
  const days: RosterDay[] = []
  for (let date = first; date <= last; date = addDays(date, 1)) {
    days.push({ date, turns: own.filter((turn) => turn.starts_on <= date && turn.ends_on >= date) })
  }
  return days
}

/** `先联系`, then the substitutes. */
export const nameOrder = (order: number) => (order === 1 ? '先联系' : `第 ${order - 1} 替补`)

/** `11月23日 – 29日`, `2026年11月`. */
export function nameSpan(span: Span, day: string): string {
  const { first, last } = findSpan(span, day)
  const [year, month, date] = first.split('-').map(Number) as [number, number, number]
  if (span === 'month') return `${year}年${month}月`
  const [lastYear, lastMonth, lastDate] = last.split('-').map(Number) as [number, number, number]
  const end = lastMonth === month ? `${lastDate}日` : `${lastMonth}月${lastDate}日`
  return `${year}年${month}月${date}日 – ${lastYear === year ? '' : `${lastYear}年`}${end}`
}
