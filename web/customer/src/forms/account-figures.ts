import type { AccountBalance, AccountFigures, GasBill, Inspection, TierPosition } from '@/api/types'
import { showYuan } from './money'
import { tellYuan } from './payments'
import { showDate } from './shown'

/** `18.25` for `18.250`: the server tells as many decimals as the books have. */
export const showM3 = (m3: string): string => (m3.includes('.') ? m3.replace(/\.?0+$/, '') : m3)

/** `2.63 元` for 263 fen a cubic metre; prices may have a tenth of a fen. */
export const showPrice = (fen: string): string => `${(Number(fen) / 100).toFixed(4).replace(/0{1,2}$/, '')} 元`

/** `2026年3月` for `2026-03`. */
export const showMonth = (month: string): string => `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`

export interface Bar {
  month: string
  /** What stands below the bar: the month's number. */
  label: string
  /** What stands above it; a dash where nobody knows. */
  figure: string
  /** In pixels; the highest bar leaves room for the figure above it. */
  height: number
}

const MONTHS_IN_CHART = 12
const HIGHEST_PX = 120

/** The bars of the last year. A month about which nothing is known has none, and so has one without use. */
export function listBars(months: AccountFigures['months']): Bar[] {
  const shown = months.slice(-MONTHS_IN_CHART)
  const highest = Math.max(...shown.map((one) => Number(one.use_m3 ?? 0)), 1)
  return shown.map(({ month, use_m3: m3 }) => ({
    month,
    label: String(Number(month.slice(5))),
    figure: m3 === null ? '–' : String(Math.round(Number(m3))),
    height: m3 === null ? 0 : Math.round((Number(m3) / highest) * HIGHEST_PX),
  }))
}

/** Of which months the chart is: the numbers below its bars have no year. */
export const tellSpan = (bars: Bar[]): string => (bars.length ? `${showMonth(bars[0].month)}到${showMonth(bars[bars.length - 1].month)}` : '')

/** Whether anything is known of any month. */
export const hasUse = (months: AccountFigures['months']): boolean => months.some((one) => one.use_m3 !== null)

/** The chart in a sentence, for who cannot see it. */
export function tellChart(months: AccountFigures['months']): string {
  const known = months.slice(-MONTHS_IN_CHART).filter((one) => one.use_m3 !== null)
  const most = known.reduce((best, one) => (Number(one.use_m3) > Number(best.use_m3) ? one : best), known[0])
  return most ? `近一年用得最多的是${showMonth(most.month)}，${showM3(most.use_m3 ?? '')} 立方米` : ''
}

/** What the contract asks of whoever uses no gas for months; only the owner can have it suspended. */
export const tellIdle = (months: number, isOwner: boolean): string =>
  `已经连续 ${months} 个月没有用气。家里长期没人，请${isOwner ? '' : '户主'}办理报停，关好阀门更安全；还在用气却一直是 0，请打客服电话查一下表。`

const TIERS = ['', '第一档', '第二档', '第三档']

export const nameTier = (tier: number): string => TIERS[tier] ?? ''

/** Where one stands in the year, and what comes next, in one sentence. */
export function tellTier(position: TierPosition): string {
  const price = (tier: number): string => showPrice(position.tiers[tier - 1]?.fen_per_m3 ?? '0')
  const now = `现在按${nameTier(position.tier)}算，每立方米 ${price(position.tier)}。`
  if (position.left_m3 === null) return `${now}今年再用多少都按这个价。`
  return `${now}再用 ${showM3(position.left_m3)} 立方米，就到${nameTier(position.tier + 1)}，每立方米 ${price(position.tier + 1)}。`
}

/** From where to where a tier goes, as one reads it aloud. */
export const tellRange = (one: TierPosition['tiers'][number]): string =>
  one.to_m3 === null ? `${showM3(one.from_m3)} 立方米以上` : `${showM3(one.from_m3)} 到 ${showM3(one.to_m3)} 立方米`

/** What is to be paid, or what is left, as the headline of the bills. */
export function tellBalance(balance: AccountBalance): { headline: string; text: string; isDue: boolean } {
  const ahead = balance.balance_fen
  if (balance.owed_fen > 0) {
    const until = balance.due_on ? showDate(balance.due_on) : ''
    const text = balance.overdue ? `最早一张 ${until} 到期，已经过了，请尽快缴` : `请在 ${until} 前缴`
    return { headline: `待缴 ${tellYuan(balance.owed_fen)}`, text: `${balance.owed_bills} 张账单没有缴清，${text}。`, isDue: true }
  }
  if (ahead !== null && ahead < 0) return { headline: `欠费 ${showYuan(-ahead)} 元`, text: '预存的钱用完了，请尽快缴。', isDue: true }
  return { headline: ahead === null ? '没有要缴的账单' : `余额 ${showYuan(ahead)} 元`, text: ahead === null ? '' : '账单都缴清了。', isDue: false }
}

/** How a bill stands. */
export function tellBillState(bill: Pick<GasBill, 'state' | 'overdue' | 'amount_fen' | 'paid_fen' | 'due_on'>): string {
  if (bill.state === 'paid') return '已缴清'
  const left = `还差 ${showYuan(bill.amount_fen - bill.paid_fen)} 元`
  return bill.overdue ? `${left}，${showDate(bill.due_on)} 已到期` : `${left}，${showDate(bill.due_on)} 前缴`
}

/** What an inspection came to, and what is to be done. */
export function tellInspection(one: Inspection): string {
  if (one.state === 'clear') return '没有发现隐患'
  if (one.state === 'mended') return '查出的隐患已经改好'
  if (one.mend_by === null) return '有隐患没有改好，请尽快改'
  return one.overdue ? `有隐患没有改好，${showDate(one.mend_by)} 的期限已过，请马上改` : `有隐患没有改好，请在 ${showDate(one.mend_by)} 前改好`
}
