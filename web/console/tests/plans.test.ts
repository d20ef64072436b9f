import { describe, expect, it } from 'vitest'
import type { AccountPlan } from '@/api/plans'
import { decodeTable, readNumbers, tellPlan, tellShare } from '@/domain/plans'

describe('account numbers in what was pasted', () => {
  it.each([
    ['361000000011\n361000000022\r\n361000000011\n', ['361000000011', '361000000022']],
    ['361000000011, 361000000022；361000000033', ['361000000011', '361000000022', '361000000033']],
    ['\ufeff姓名,户号\n"李明","361000000011"\n王芳,\'361000000022\n', ['361000000011', '361000000022']],
    ['361000000011\t李明\t3幢\n361000000022\t王芳\t4幢', ['361000000011', '361000000022']],
    // What Excel made of a long number stays visible, so that somebody sees why it is not known.
    ['户号\n3.61E+11', ['3.61E+11']],
    [' \n\n', []],
  ])('%j', (text, numbers) => {
    expect(readNumbers(text)).toEqual(numbers)
  })

  it('reads tables in the encoding in which Excel saves them', () => {
    // 户号 in GB 18030.
    const bytes = new Uint8Array([0xbb, 0xa7, 0xba, 0xc5, 0x0a, 0x31]).buffer
    expect(decodeTable(bytes)).toBe('户号\n1')
    expect(decodeTable(new TextEncoder().encode('户号').buffer as ArrayBuffer)).toBe('户号')
  })
})

const make = (state: AccountPlan['state'], progress: Partial<AccountPlan['progress']>) =>
  ({ state, progress: { planned: 0, waiting: 0, open: 0, done: 0, stopped: 0, skipped: 0, ...progress } }) as AccountPlan

describe('how far a plan is', () => {
  it.each([
    [make('draft', { planned: 3, waiting: 3 }), '草稿'],
    [make('published', { planned: 3, waiting: 3 }), '已发布'],
    [make('started', { planned: 3, waiting: 1, open: 2 }), '正在开工单，2 / 3'],
    [make('started', { planned: 3, open: 1, done: 2 }), '还有 1 户'],
    [make('started', { planned: 3, done: 2, stopped: 1 }), '都抄完了'],
    [make('started', { planned: 1, skipped: 1 }), '没有要抄的了'],
  ])('%#', (plan, text) => {
    expect(tellPlan(plan).text).toContain(text)
  })

  it('counts what is read', () => {
    expect(tellShare(make('started', { planned: 4, done: 1 }))).toBe(0.25)
    expect(tellShare(make('draft', {}))).toBe(0)
  })
})
