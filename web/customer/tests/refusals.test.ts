import { describe, expect, it } from 'vitest'
import { tellNothingToSign, tellRefusal } from '@/forms/refusals'

const REFUSED = { name: '安装草图', text: '表想装在阳台', is_mended: false, sum_before_fen: null, sum_now_fen: null }

describe('what a customer did not agree to', () => {
  it('has arrived, and is put right', () => {
    expect(tellRefusal(REFUSED)).toMatchObject({ title: '已告诉工作人员，正在改', sums: '' })
    expect(tellNothingToSign(REFUSED)).toBe('您没有签，已告诉工作人员：表想装在阳台。安装草图改好了再请您看，现在不用您办。')
  })

  it('is shown beside what has changed', () => {
    const mended = { ...REFUSED, is_mended: true, sum_before_fen: 358_000, sum_now_fen: 328_000 }
    expect(tellRefusal(mended).sums).toBe('费用：原 3,580.00 元 → 现 3,280.00 元')
    expect(tellRefusal({ ...mended, sum_now_fen: null }).sums).toBe('')
  })

  it('is never called signed', () => {
    for (const one of [null, REFUSED, { ...REFUSED, text: '' }]) expect(tellNothingToSign(one)).not.toMatch(/已经办过|签过|不用再签/)
  })
})
