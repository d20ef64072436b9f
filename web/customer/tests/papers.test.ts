import { describe, expect, it } from 'vitest'
import { nameSigning, tellPaper, waitsForMe } from '@/forms/papers'

const own = { own: true, number: '' }

describe('the list of papers', () => {
  it('says what to do with what waits, and when the rest was handed in', () => {
    expect(tellPaper({ ...own, state: 'owed', hint: '拍照或选文件补交', at: null })).toBe('还要补交：拍照或选文件补交')
    expect(tellPaper({ ...own, state: 'to_fill', hint: '客户确认', at: null })).toBe('等您填写：客户确认')
    expect(tellPaper({ ...own, state: 'draft', hint: '客户确认', at: '2026-11-26T01:00:00Z' })).toBe('填了一半：客户确认')
    expect(tellPaper({ ...own, state: 'to_sign', hint: '置换通气', at: '2026-11-26T01:00:00Z' })).toBe('等您签字：置换通气')
    expect(tellPaper({ ...own, state: 'filled', hint: '', at: '2026-11-26T01:00:00Z' })).toContain('已交')
    expect(tellPaper({ ...own, state: 'filled', hint: '', at: null })).toBe('已交')
  })

  it('says of what the company made out that it can be downloaded, with its number', () => {
    const told = tellPaper({ own: false, number: '散-07', state: 'filled', hint: '', at: '2026-11-26T01:00:00Z' })
    expect(told).toContain('开具，可下载')
    expect(told).toContain('散-07')
  })

  it('knows what is still to be done', () => {
    expect(waitsForMe({ state: 'owed' })).toBe(true)
    expect(waitsForMe({ state: 'to_sign' })).toBe(true)
    expect(waitsForMe({ state: 'filled' })).toBe(false)
  })
})

it('a place for signing is called by its word once', () => {
  expect([nameSigning('检查人', '签字'), nameSigning('检查人', '签名'), nameSigning('安检员签字', '签名')]).toEqual(['检查人签字', '检查人签名', '安检员签字'])
})
