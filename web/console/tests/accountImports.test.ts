import { describe, expect, it } from 'vitest'
import type { AccountImport } from '../src/api/accountImports'
import { Problem } from '../src/api/client'
import { isRunning, listButtons, tellColumns, tellCounts, tellState, tellWhyNotStart } from '../src/domain/accountImports'

const made: AccountImport = {
  id: 1, name: '客户.csv', kind: 'csv', size: 10, piece_bytes: 4, state: 'checked', failure: '', may_change: false,
  percent: 100, rows_read: 9, rows_total: null, counts: { created: 5, changed: 0, unchanged: 3, refused: 1 },
  checked: null, made_by: '王经理', made_at: '2026-11-28T00:00:00Z', moved_at: '2026-11-28T00:00:00Z',
  commands: ['check', 'start', 'drop'],
}

describe('an import of customers', () => {
  it('says what would become of the rows before, and what became of them after', () => {
    expect(tellCounts(made)).toBe('会新增 5 户，3 户没有变化，1 行有问题')
    expect(tellCounts({ ...made, state: 'done' })).toBe('新增 5 户，3 户没有变化，1 行有问题')
    expect(tellCounts({ ...made, counts: { created: 0, changed: 0, unchanged: 0, refused: 0 } })).toBe('')
  })

  it('offers what the server allows, and nothing that no button is for', () => {
    expect(listButtons(made).map((one) => one.text)).toEqual(['再检查一遍', '开始导入', '放弃'])
    expect(listButtons({ ...made, state: 'uploading', commands: ['upload', 'drop'] }).map((one) => one.text)).toEqual(['放弃'])
  })

  it('tells each state in words', () => {
    expect(tellState(made).text).toBe('检查完了，等导入')
    expect([isRunning(made), isRunning({ ...made, state: 'importing' })]).toEqual([false, true])
  })

  it('says why there is nothing to bring in, and only then', () => {
    const with_ = (counts: Partial<AccountImport['counts']>) => ({ ...made, counts: { created: 0, changed: 0, unchanged: 0, refused: 0, ...counts } })
    expect([made, with_({ changed: 1, refused: 9 }), { ...with_({ refused: 1 }), state: 'done' as const }].map(tellWhyNotStart)).toEqual(['', '', ''])
    expect(tellWhyNotStart(with_({ refused: 2 }))).toContain('每一行都有问题')
    expect(tellWhyNotStart(with_({ refused: 2, unchanged: 1 }))).toContain('其余行都有问题')
    expect(tellWhyNotStart(with_({ unchanged: 3 }))).toContain('不用再导入')
    expect(tellWhyNotStart(with_({}))).toContain('没有客户')
    expect(tellState(with_({ refused: 2 })).text).toBe('检查完了，没有要导入的')
  })

  it('names the headings that are wrong', () => {
    const problem = new Problem(422, { code: 'import_columns_wrong', extra: { missing: ['门牌号'], unknown: ['密码'], doubled: [] } })
    expect(tellColumns(problem)).toEqual(['缺少：门牌号', '不认识：密码'])
    expect(tellColumns(new Error('other'))).toEqual([])
  })
})
