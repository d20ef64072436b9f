import { describe, expect, it } from 'vitest'
import { listBars, showM3, showMonth, showPrice, tellBalance, tellBillState, tellChart, tellIdle, tellInspection, tellRange, tellSpan, tellTier } from '@/forms/account-figures'
import { checkBillCode, tellTerm } from '@/forms/accounts'

const months = Array.from({ length: 24 }, (_, place) => ({
  month: `${2025 + Math.floor((place + 3) / 12)}-${String(((place + 3) % 12) + 1).padStart(2, '0')}`,
  use_m3: place === 20 ? null : String(place),
}))

describe('figures', () => {
  it('lose the noughts that say nothing, and no others', () => {
    expect(['18.250', '20.000', '100', '0.500'].map(showM3)).toEqual(['18.25', '20', '100', '0.5'])
    expect(['263.00', '220.50', '300.00'].map(showPrice)).toEqual(['2.63 元', '2.205 元', '3.00 元'])
    expect(showMonth('2026-03')).toBe('2026年3月')
  })
})

describe('the chart', () => {
  it('has a bar for each month of a year, and none where nobody knows', () => {
    const bars = listBars(months)
    expect(bars).toHaveLength(12)
    expect(bars[11]).toMatchObject({ height: 120, figure: '23' })
    expect(bars[8]).toMatchObject({ height: 0, figure: '–' })
    expect(bars.map(({ label }) => label).join(' ')).toBe('4 5 6 7 8 9 10 11 12 1 2 3')
    expect(tellSpan(bars)).toBe('2026年4月到2027年3月')
    expect(tellChart(months)).toBe('近一年用得最多的是2027年3月，23 立方米')
  })

  it('stands where nothing was used', () => {
    expect(listBars(months.map((one) => ({ ...one, use_m3: '0' }))).every((one) => one.height === 0)).toBe(true)
    expect(tellChart(months.map((one) => ({ ...one, use_m3: null })))).toBe('')
  })
})

describe('tiers', () => {
  const tiers = [
    { tier: 1, from_m3: '0', to_m3: '216.00', fen_per_m3: '263.00' },
    { tier: 2, from_m3: '216.00', to_m3: '360.00', fen_per_m3: '316.00' },
    { tier: 3, from_m3: '360.00', to_m3: null, fen_per_m3: '395.00' },
  ]
  const at = { year_from: '2026-01', year_to: '2026-12', used_m3: '200.5', tier: 1, left_m3: '15.500', tiers }

  it('say where one stands and what comes next', () => {
    expect(tellTier(at)).toBe('现在按第一档算，每立方米 2.63 元。再用 15.5 立方米，就到第二档，每立方米 3.16 元。')
    expect(tellTier({ ...at, tier: 3, left_m3: null })).toBe('现在按第三档算，每立方米 3.95 元。今年再用多少都按这个价。')
    expect(tiers.map(tellRange)).toEqual(['0 到 216 立方米', '216 到 360 立方米', '360 立方米以上'])
  })
})

it('a balance says what is to be paid, or what is left', () => {
  const none = { owed_fen: 0, owed_bills: 0, due_on: null, overdue: false, balance_fen: null, balance_at: null }
  expect(tellBalance(none)).toMatchObject({ headline: '没有要缴的账单', isDue: false })
  expect(tellBalance({ ...none, balance_fen: 1250 }).headline).toBe('余额 12.50 元')
  expect(tellBalance({ ...none, balance_fen: -500 })).toMatchObject({ headline: '欠费 5.00 元', isDue: true })
  const owed = { ...none, owed_fen: 560000, owed_bills: 2, due_on: '2026-12-20' }
  expect(tellBalance(owed)).toMatchObject({ headline: '待缴 5,600.00 元', text: '2 张账单没有缴清，请在 2026年12月20日 前缴。' })
  expect(tellBalance({ ...owed, overdue: true }).text).toContain('已经过了')
})

it('a bill and an inspection say what is to be done', () => {
  const bill = { state: 'open' as const, overdue: false, amount_fen: 5630, paid_fen: 30, due_on: '2026-12-20' }
  expect(tellBillState(bill)).toBe('还差 56.00 元，2026年12月20日 前缴')
  expect(tellBillState({ ...bill, overdue: true })).toContain('已到期')
  expect(tellBillState({ ...bill, state: 'paid' })).toBe('已缴清')
  const one = { inspected_on: '2026-11-01', state: 'open' as const, hazards: ['软管老化'], mend_by: '2026-12-01', overdue: false }
  expect(tellInspection(one)).toBe('有隐患没有改好，请在 2026年12月1日 前改好')
  expect(tellInspection({ ...one, overdue: true })).toContain('请马上改')
  expect(tellInspection({ ...one, mend_by: null })).toContain('尽快')
  expect(tellInspection({ ...one, state: 'mended' })).toContain('已经改好')
  expect(tellInspection({ ...one, state: 'clear' })).toBe('没有发现隐患')
})

it('an agent’s term and a bill’s code are told and checked', () => {
  const one = { scope: ['pay' as const], starts_on: null, ends_on: '2026-12-20', term: 'runs' as const }
  expect(tellTerm(one)).toBe('看账单、缴费。到 2026年12月20日，当天有效')
  expect(tellTerm({ ...one, term: 'over' })).toContain('已到期')
  expect(tellTerm({ ...one, term: 'to_come', starts_on: '2026-12-01' })).toContain('2026年12月1日 起')
  expect(tellTerm({ ...one, scope: null, ends_on: null })).toBe('')
  expect([' 83k 526', '', '12345', '8-3-5-2-6'].map(checkBillCode).map((said) => said === '')).toEqual([true, false, false, false])
})

describe('months without gas', () => {
  it('ask the owner for a suspension, and others to ask the owner', () => {
    expect(tellIdle(3, true)).toContain('连续 3 个月没有用气。家里长期没人，请办理报停')
    expect(tellIdle(4, false)).toContain('请户主办理报停')
  })
})
