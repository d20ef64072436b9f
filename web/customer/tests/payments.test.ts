import { describe, expect, it } from 'vitest'
import { tellBring, tellShare, tellUntil, tellYuan } from '@/forms/payments'

describe('what there is to pay', () => {
  it('is told in yuan', () => {
    expect(tellYuan(358000)).toBe('3,580.00 元')
  })

  it('says by when, also where that has passed', () => {
    const until = '2026-11-26T09:30:00Z'
    expect(tellUntil({ until, overdue: false })).toBe('请在 11月26日 周四 17:30 前缴')
    expect(tellUntil({ until, overdue: true })).toBe('原定 11月26日 周四 17:30 前缴，请尽快')
    expect(tellUntil({ until: null, overdue: false })).toBeNull()
  })

  it('names the whole sum only where a part of it is due', () => {
    expect(tellShare({ amount_fen: 100, total_fen: 100, paid_fen: 0 })).toBeNull()
    expect(tellShare({ amount_fen: null, total_fen: null, paid_fen: 0 })).toBeNull()
    expect(tellShare({ amount_fen: 4000, total_fen: 10000, paid_fen: 0 })).toBe('总共 100.00 元，这次缴 40.00 元')
    expect(tellShare({ amount_fen: 6000, total_fen: 10000, paid_fen: 4000 })).toBe('总共 100.00 元，已缴 40.00 元，这次缴 60.00 元')
  })

  it('says what to bring', () => {
    expect(tellBring({ contract_no: '报居-2026-001' }, '261124')).toContain('合同（编号 报居-2026-001）')
    expect(tellBring({ contract_no: null }, '261124')).toBe('身份证，报办件编号 261124')
  })
})
