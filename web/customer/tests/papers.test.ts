import { describe, expect, it } from 'vitest'
import { tellPaper, waitsForMe } from '@/forms/papers'

describe('the list of papers', () => {
  it('says what to do with what waits, and when the rest was handed in', () => {
    expect(tellPaper({ state: 'owed', hint: '拍照或选文件补交', at: null })).toBe('还要补交：拍照或选文件补交')
    expect(tellPaper({ state: 'to_fill', hint: '客户确认', at: null })).toBe('等您填写：客户确认')
    expect(tellPaper({ state: 'draft', hint: '客户确认', at: '2026-11-26T01:00:00Z' })).toBe('填了一半：客户确认')
    expect(tellPaper({ state: 'filled', hint: '', at: '2026-11-26T01:00:00Z' })).toContain('已交')
    expect(tellPaper({ state: 'filled', hint: '', at: null })).toBe('已交')
  })

  it('knows what is still to be done', () => {
    expect(waitsForMe({ state: 'owed' })).toBe(true)
    expect(waitsForMe({ state: 'filled' })).toBe(false)
  })
})
