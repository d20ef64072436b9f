import { describe, expect, it } from 'vitest'
import { readAmount, tellFee, tellReceived } from '@/domain/money'

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

  it('is not asked for anew once finance has confirmed it', () => {
    const received = [{ amount_fen: 3600, paid_at: '2026-11-26T09:00:00Z', receipt_no: 'R-1' }]
    expect(tellReceived({ received, is_cleared: true })).toBe('财务已确认到账 36.00 元（入账单号 R-1），应缴的已缴清')
    expect(tellReceived({ received, is_cleared: false })).toContain('还没有缴清')
    expect([tellReceived({ received: [], is_cleared: false }), tellReceived(null)]).toEqual(['', ''])
  })
})
