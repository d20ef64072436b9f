import { describe, expect, it } from 'vitest'
import type { FormBody, FormField } from '@/api/types'
import { checkForm, checkValue, listOptions, searchOptions } from '@/domain/filling'
import { parseYuan, tellYuan } from '@/domain/money'

const field = (over: Partial<FormField>): FormField => ({ key: 'one', label: '一项', type: 'text', personal: 'none', ...over })
const form = (...fields: FormField[]): FormBody => ({ key: 'f', version: 1, name: '表', sections: [{ key: 's', title: '内容', fields }] })
const HAZARDS = Array.from({ length: 30 }, (_, at) => ({ value: `h${at + 1}`, number: at + 1, label: at === 11 ? '漏气' : `项目${at + 1}` }))

describe('money', () => {
  it.each([
    ['1200', 120_000], ['1,234.5', 123_450], ['￥0.07', 7], ['１２', 1200], ['-3.10', -310], ['1.234', null], ['一百', null], ['', null],
  ])('%s is %s fen', (text, fen) => expect(parseYuan(text)).toBe(fen))

  it.each([[123_450, '1,234.50'], [7, '0.07'], [-100_000_000, '-1,000,000.00']])('%s fen read %s', (fen, text) => expect(tellYuan(fen)).toBe(text))
})

describe('what is wrong with a value', () => {
  it.each([
    [field({ required: true }), '', '这一项还没有填。'],
    [field({}), '', null],
    [field({ type: 'number', min: 1, unit: '米' }), 0, '不能小于 1 米。'],
    [field({ type: 'number', decimals: 0 }), 1.5, '请填整数。'],
    [field({ type: 'number' }), '八十', '请填一个数字。'],
    [field({ type: 'money', max: 10_000 }), 10_001, '不能大于 100.00 元。'],
    [field({ type: 'phone' }), '96602', '请填 11 位手机号，或带区号的座机号。'],
    [field({ type: 'phone', service_number: true }), '96602', null],
    [field({ type: 'yes_no', required: true }), false, null],
  ])('%#', (given, value, wrong) => expect(checkValue(given, value)).toBe(wrong))

  it('names the cell of a table and leaves empty rows alone', () => {
    const table = field({ key: 'devices', type: 'table', columns: [field({ key: 'model', required: true }), field({ key: 'count', type: 'number' })] as FormField['columns'] })
    expect(checkForm(form(table), { devices: [{ model: 'A', count: 1 }, {}, { count: 'x' }] })).toEqual({
      'devices.2.model': '这一项还没有填。',
      'devices.2.count': '请填一个数字。',
    })
  })

  it('finds nothing wrong in what is masked, rows of a table among it', () => {
    const table = field({ key: 'homes', type: 'table', columns: [field({ key: 'phone', type: 'phone' })] as FormField['columns'] })
    const masked = form(table, field({ key: 'phone', type: 'phone' }), field({ key: 'days', required: true }))
    const values = { homes: [{ phone: '138****0099' }], phone: '138****0099' }
    expect(Object.keys(checkForm(masked, values))).toEqual(['homes.0.phone', 'phone', 'days'])
    expect(Object.keys(checkForm(masked, values, ['homes', 'phone']))).toEqual(['days'])
  })

  it('finds nothing in a table whose rows are all empty', () => {
    const table = field({ key: 'devices', type: 'table', required: true, columns: [field({ key: 'model', required: true })] as FormField['columns'] })
    expect(checkForm(form(table), { devices: [{}, { model: '' }] })).toEqual({ devices: '这一项还没有填。' })
  })

  it('waits for no signature that may come later', () => {
    expect(checkForm(form(field({ type: 'signature', required: true, signer: 'customer' })), {})).toEqual({})
  })
})

describe('a long list', () => {
  it('is found by number or word', () => {
    expect(searchOptions(HAZARDS, '12').map((one) => one.number)).toEqual([12])
    expect(searchOptions(HAZARDS, '3').map((one) => one.number)).toEqual([3, 30])
    expect(searchOptions(HAZARDS, '漏').map((one) => one.number)).toEqual([12])
  })

  it('offers only what was chosen before where it depends on it', () => {
    const within = field({ type: 'multi_choice', options: HAZARDS, within: 'found' })
    expect(listOptions(within, { found: ['h2'] }).map((one) => one.value)).toEqual(['h2'])
    expect(listOptions(within, {})).toEqual([])
  })
})
