import { describe, expect, it } from 'vitest'
import { nameOf, screenOf } from '@/api/actions'
import type { AvailableAction, FormField } from '@/api/types'
import { checkField } from '@/forms/checks'
import { parseYuan, showYuan } from '@/forms/money'
import { showValue } from '@/forms/shown'
import { listOptions } from '@/forms/visibility'

const field = (over: Partial<FormField>): FormField => ({ key: 'one', label: '一项', type: 'text', personal: 'none', ...over })
const action = (over: Partial<AvailableAction>): AvailableAction => ({
  kind: 'complete', task: 3, step: 'answer', outcome: 'agree', name: '同意', unmet: null, asks: ['form'],
  needs_reason: false, needs_corrections: false, needs_owed_documents: false, ...over,
})

describe('a step that waits for its form', () => {
  it('leads to the form first, and to the step itself once it is filled in', () => {
    const waiting = action({ unmet: { code: 'form_missing', text: '还没有填好' } })
    expect([screenOf(waiting), nameOf(waiting)]).toEqual(['fill', '填表，同意'])
    expect([screenOf(action({})), nameOf(action({}))]).toEqual([null, '同意'])
  })
})

describe('what a form of the manual asks for', () => {
  it.each([['1,234.5', 123_450], ['￥7', 700], ['1.234', null], ['一百', null]])('%s is %s fen', (text, fen) => {
    expect(parseYuan(text)).toBe(fen)
  })

  it('is shown with its unit', () => {
    expect(showYuan(-100_000_050)).toBe('-1,000,000.50')
    expect(showValue(field({ type: 'money' }), 123_450)).toBe('1,234.50 元')
    expect(showValue(field({ type: 'number', unit: 'm³' }), 12)).toBe('12 m³')
    expect(showValue(field({ type: 'datetime' }), '2026-11-26T17:00')).toContain('17:00')
    expect(showValue(field({ type: 'yes_no', yes_label: '是', no_label: '否' }), false)).toBe('否')
  })

  it('names the row in which a cell is wrong', () => {
    const table = field({ type: 'table', columns: [field({ key: 'n', label: '数量', type: 'number', required: true })] as FormField['columns'] })
    expect(checkField(table, [{ n: 1 }, {}, { n: 'x' }])).toBe('第 3 行：请填数字')
    expect(checkField(table, [{ n: 1 }, {}])).toBeNull()
  })

  it('does not wait for a signature that may come later', () => {
    expect(checkField(field({ type: 'signature', required: true, signer: 'customer' }), null)).toBeNull()
  })

  it('offers only what was chosen before where it depends on it', () => {
    const options = [{ value: 'a', label: 'a' }, { value: 'b', label: 'b' }]
    expect(listOptions(field({ type: 'multi_choice', options, within: 'found' }), { found: ['b'] })).toEqual([options[1]])
  })
})
