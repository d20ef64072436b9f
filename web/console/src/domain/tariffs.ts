/** Prices stand in yuan on the screen and in fen on the wire, as text: no price passes through floating numbers. */
import type { Tariff, TariffEntry } from '@/api/tariffs'

/** What is typed of a tariff. */
export interface TypedTariff {
  unit: string
  day: string
  month: number
  first: string
  second: string
  prices: [string, string, string]
  byMonths: boolean
  reason: string
}

/** `263.50` fen as `2.635`: at least two places, no nought at the end beyond them. */
export function tellPrice(fen: string): string {
  const [whole = '0', part = ''] = fen.split('.')
  const digits = whole.padStart(3, '0')
  const places = (digits.slice(-2) + part).replace(/0+$/, '').padEnd(2, '0')
  return `${digits.slice(0, -2)}.${places}`
}

/** The fen of a price in yuan with up to four places, or null where it is none. */
export function readPrice(yuan: string): string | null {
  const found = /^(\d{1,4})(?:\.(\d{1,4}))?$/.exec(yuan.normalize('NFKC').replace(/[\s元]/g, ''))
  if (!found) return null
  const places = (found[2] ?? '').padEnd(4, '0')
  const whole = String(Number(found[1]! + places.slice(0, 2)))
  return places.slice(2) === '00' ? whole : `${whole}.${places.slice(2)}`
}

/** A limit in whole or broken cubic metres, or null where it is none. */
export function readLimit(typed: string): string | null {
  const plain = typed.normalize('NFKC').replace(/\s/g, '')
  return /^\d{1,6}(\.\d{1,2})?$/.test(plain) ? plain : null
}

/** `216.00` as `216`. */
export const tellLimit = (m3: string): string => (m3.includes('.') ? m3.replace(/\.?0+$/, '') : m3)

/** What keeps a tariff from being entered, the first of it; null where all is there. */
export function findLacking(typed: TypedTariff, today: string): string | null {
  if (!typed.unit) return '选一个单位'
  if (!typed.day) return '选从哪天起'
  if (typed.day < today) return '生效日不能早于今天'
  const limits = [readLimit(typed.first), readLimit(typed.second)]
  if (limits.some((one) => one === null)) return '填上两档的上限'
  if (Number(limits[0]) >= Number(limits[1]) || Number(limits[0]) <= 0) return '第二档的上限要大于第一档的'
  const prices = typed.prices.map(readPrice)
  if (prices.some((one) => one === null)) return '填上三档的单价，最多四位小数'
  if (Number(prices[0]) <= 0 || Number(prices[0]) > Number(prices[1]) || Number(prices[1]) > Number(prices[2])) return '后一档不能比前一档便宜'
  return typed.reason.trim().length < 2 ? '写上依据' : null
}

/** The entry of what was typed, once nothing is lacking. */
export function composeEntry(typed: TypedTariff): TariffEntry {
  const [first, second, third] = typed.prices.map((one) => readPrice(one)!)
  return {
    unit_code: typed.unit,
    effective_on: typed.day,
    year_month: typed.month,
    first_until_m3: readLimit(typed.first)!,
    second_until_m3: readLimit(typed.second)!,
    first_fen: first!,
    second_fen: second!,
    third_fen: third!,
    is_by_months: typed.byMonths,
    reason: typed.reason.trim(),
  }
}

/** Whether it holds now, comes, or is over or replaced. */
export function tellState(one: Pick<Tariff, 'holds' | 'effective_on'>, today: string): { text: string; look: 'green' | 'blue' | 'grey' } {
  if (one.holds) return { text: '现在用', look: 'green' }
  return one.effective_on > today ? { text: '还没生效', look: 'blue' } : { text: '不再用', look: 'grey' }
}
