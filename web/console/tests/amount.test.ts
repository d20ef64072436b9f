import { describe, expect, it } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import { readAmount, tellActed, tellFee, tellReceived, tellStage } from '@/domain/money'

it.each([
  ['80', 8000], ['80.5', 8050], ['80.05', 8005], [' 0.01 ', 1], ['10000000', 1_000_000_000],
  ['0', null], ['', null], ['-1', null], ['1.005', null], ['1e3', null], ['10000000.01', null], ['八十', null],
])('reads %s as %s', (typed, fen) => {
  expect(readAmount(typed as string)).toBe(fen)
})

describe('what is collected', () => {
  it('is told with its sum where that is set', () => {
    expect(tellFee({ what: '安装费', due_fen: 358_000 })).toBe('安装费 3,580.00 元')
    expect(tellFee({ what: '维修费', due_fen: null })).toBe('维修费')
    expect([tellFee({ what: null, due_fen: null }), tellFee(null)]).toEqual([null, null])
  })

  it('is told with what has come in of it, before anybody says that it is paid', () => {
    const recorded = { what: '气款', owed_fen: 3600, paid_fen: 0, missing_fen: 3600 }
    expect(tellReceived({ received: [], recorded })).toBe('气款 36.00 元，已收 0.00 元，还差 36.00 元')
    const received = [{ amount_fen: 3600, paid_at: '2026-11-26T09:00:00Z', receipt_no: 'R-1' }]
    expect(tellReceived({ received, recorded: { ...recorded, paid_fen: 3600, missing_fen: 0 } })).toBe('气款 36.00 元，已收 36.00 元（入账单号 R-1），已缴清')
    expect([tellReceived({ received: [], recorded: null }), tellReceived(null)]).toEqual(['', ''])
  })

  it('is not said to be dealt with before it has come', () => {
    const at = (step: string, queue = 'charge') => ({ status: 'open', open_tasks: [{ step, queue }] }) as unknown as StaffCaseView
    expect(tellActed('窗口缴费', at('counter'))).toBe('已登记窗口缴费，等缴费到账')
    expect(tellActed('已收款', at('collect'))).toBe('已登记收款，等财务核对到账')
    expect(tellActed('确认到账', at('invoice'))).toBe('已办：确认到账')
    expect(tellActed('受理', at('counter', 'accept'))).toBe('已办：受理')
  })

  it('is not asked for once it is taken, nor while the customer does not agree to it', () => {
    const stages = [{}, { is_taken: true }, { is_disputed: true }].map((one) => tellStage({ is_taken: false, is_disputed: false, ...one }))
    // Finance is not told to wait for finance.
    const confirms = [{ kind: 'complete' as const, asks: ['receipt' as const] }]
    expect(tellStage({ is_taken: true, is_disputed: false }, confirms)).toBe('窗口已收款，请您核对到账：')
    expect(stages).toEqual(['要收：', '已收款，等财务核对到账：', '单据上的数：'])
  })
})
