import { describe, expect, it } from 'vitest'
import { isToPay, isUnderWay, paysFirst, paysNow, tellAfterwards, tellBring, tellDue, tellLateToo, tellOnlyWhere, tellPaidSince, tellShare, tellUntil, tellYuan } from '@/forms/payments'

describe('what there is to pay', () => {
  it('is told in yuan', () => {
    expect(tellYuan(358000)).toBe('3,580.00 元')
  })

  it('says by when, also where that has passed', () => {
    const until = '2026-11-26T09:30:00Z'
    expect(tellUntil({ until, overdue: false })).toBe('请在 11月26日 周四 下班前缴')
    expect(tellUntil({ until, overdue: true })).toBe('原定 11月26日 周四 下班前缴，请尽快')
    expect(tellUntil({ until: null, overdue: false })).toBeNull()
  })

  it('asks for nothing while the customer waits for an answer about it', () => {
    const bill = { state: 'disputed' as const, what: '气款', amount_fen: 3600 }
    expect([tellDue(bill), isToPay(bill), isUnderWay(bill), paysFirst(bill, null)]).toEqual([null, false, false, false])
  })

  it('asks for nothing once it is being booked', () => {
    expect((['to_set', 'to_pay', 'booking', 'checking'] as const).map((state) => isUnderWay({ state }))).toEqual([false, false, true, true])
  })

  it('says to whoever signs afterwards what has come in since', () => {
    const filledAt = '2026-11-29T02:00:00.5+00:00'
    const came = (paid_at: string, amount_fen: number) => ({ paid_at, amount_fen, receipt_no: null })
    const paid = [came('2026-11-28T02:00:00+00:00', 900), came('2026-11-29T03:00:00+00:00', 1600), came('2026-11-29T04:00:00+00:00', 2000)]
    expect(tellPaidSince({ bill: null, paid }, filledAt)).toBe('已缴 36.00 元，不用再缴')
    expect(tellPaidSince({ bill: null, paid: paid.slice(0, 1) }, filledAt)).toBeNull()
    expect(tellPaidSince(null, filledAt)).toBeNull()
  })

  it('names the whole sum only where a part of it is due', () => {
    expect(tellShare({ amount_fen: 100, total_fen: 100, paid_fen: 0 })).toBeNull()
    expect(tellShare({ amount_fen: null, total_fen: null, paid_fen: 0 })).toBeNull()
    expect(tellShare({ amount_fen: 4000, total_fen: 10000, paid_fen: 0 })).toBe('总共 100.00 元，这次缴 40.00 元')
    expect(tellShare({ amount_fen: 6000, total_fen: 10000, paid_fen: 4000 })).toBe('总共 100.00 元，已缴 40.00 元，这次缴 60.00 元')
  })

  it('says that it can be paid late, where nothing was agreed on', () => {
    const bill = { until: '2026-11-26T09:30:00Z', overdue: false, contract_no: null }
    expect(tellLateToo(bill)).toContain('赶不上也能缴')
    expect([{ ...bill, overdue: true }, { ...bill, until: null }, { ...bill, contract_no: '报居-2026-001' }].map(tellLateToo)).toEqual([null, null, null])
  })

  it('names a contract only where there is one with an account', () => {
    expect(tellOnlyWhere({ transfer: null })).toBe('只向营业厅缴费，不要转给个人。')
    expect(tellOnlyWhere({ transfer: { holder: '燃气公司', bank: '建行', account_no: '3700' } })).toContain('合同上的公司账户')
  })

  it('asks for a word of a transfer alone, since the counter books what it took', () => {
    expect(tellAfterwards({ transfer: null }, true)).toContain('营业厅会替您登记')
    expect(tellAfterwards({ transfer: { holder: '燃气公司', bank: '建行', account_no: '3700' } }, true)).toContain('转账的，转好后点下面的按钮')
    expect(tellAfterwards({ transfer: null }, false)).not.toContain('按钮')
  })

  it('says what to bring', () => {
    expect(tellBring({ contract_no: '报居-2026-001' }, '261124')).toContain('合同（编号 报居-2026-001）')
    expect(tellBring({ contract_no: null }, '261124')).toBe('身份证，报办件编号 261124')
  })

  it('stands beside the headline until it is on a receipt', () => {
    const bill = { what: '欠缴的气款', amount_fen: 12345 }
    expect((['to_pay', 'booking', 'checking', 'to_set'] as const).map((state) => tellDue({ ...bill, state }))).toEqual([
      '应缴欠缴的气款 123.45 元', '欠缴的气款 123.45 元，正在登记', '欠缴的气款 123.45 元，正在入账', null,
    ])
    expect(tellDue({ what: '费用', amount_fen: null, state: 'checking' })).toBeNull()
  })

  it('leads to the counter before all that may come later', () => {
    expect((['to_set', 'to_pay', 'booking', 'checking'] as const).map((state) => isToPay({ state }))).toEqual([false, true, true, false])
    const due = { state: 'to_pay' } as const
    expect(paysFirst(due, null)).toBe(true)
    expect(paysFirst(due, { kind: 'complete', outcome: 'paid' })).toBe(true)
    expect(paysFirst(due, { kind: 'supply_document', outcome: null })).toBe(true)
    expect(paysFirst(due, { kind: 'complete', outcome: 'sign' })).toBe(false)
    expect(paysFirst(null, null)).toBe(false)
    expect(paysNow({ due: { what: '维修费', amount_fen: 100 }, action: null })).toBe(true)
    expect(paysNow({ due: null, action: null })).toBe(false)
  })
})
