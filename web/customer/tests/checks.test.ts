import { describe, expect, it } from 'vitest'
import type { Address, FormBody, FormField } from '@/api/types'
import { checkField, checkForm, isMobile } from '@/forms/checks'
import { isIdNumber } from '@/forms/id-number'
import { showAddress, showCountdown, showDistance, showTime, showValue } from '@/forms/shown'
import { gatherValues } from '@/forms/visibility'

const field = (over: Partial<FormField>): FormField => ({
  key: 'one',
  label: '姓名',
  type: 'text',
  personal: 'none',
  required: true,
  ...over,
})

const address: Address = {
  region: '城东区', street: '建设街道', community: '阳光小区', building: '3幢', unit: '', door: '301', note: '', point: null,
}

it('an account number has twelve digits, however a bill groups them', () => {
  const number = field({ label: '户号', account_number: true })
  expect(checkField(number, '3610 1234 5678')).toBeNull()
  expect(checkField(number, '36101234567')).toContain('12 位数字')
})

describe('identity numbers', () => {
  it.each(['11010519491231002X', '11010519491231002x', '440524188001010014'.replace('1880', '1980')])('%s', (number) => {
    expect(isIdNumber(number)).toBe(number.toUpperCase() === '11010519491231002X')
  })
  it.each(['', '110105194912310021', '11010519490231002X', '11010518491231002X', '1101051949123100', '01010519491231002X'])(
    'refuses %s',
    (number) => expect(isIdNumber(number)).toBe(false),
  )
})

describe('one field', () => {
  it.each([
    [{}, '', '请填写姓名'],
    [{}, '  ', '请填写姓名'],
    [{ required: false }, '', null],
    [{ max_length: 2 }, '一二三', '最多 2 个字，请删去 1 个字'],
    [{ type: 'phone' }, '1380013800', '手机号应是 11 位数字，请核对'],
    [{ type: 'phone' }, '138 0013 8000', null],
    [{ type: 'id_number' }, '11010519491231002X', null],
    [{ type: 'id_number' }, '110105194912310021', '身份证号不对，请核对 18 位号码'],
    [{ type: 'number', min: 1, max: 9 }, 0, '不能小于 1，请核对'],
    [{ type: 'number', min: 1, max: 9 }, 10, '不能大于 9，请核对'],
    [{ type: 'number' }, '十', '请填数字'],
    [{ type: 'date' }, '2026-11-26', null],
    [{ type: 'photos', label: '照片', max_count: 2 }, [], '请至少拍一张照片'],
    [{ type: 'photos', max_count: 2 }, ['a', 'b', 'c'], '最多 2 个，请删去 1 个'],
    [{ type: 'documents', may_be_owed: true, max_count: 2 }, [], null],
    [{ type: 'address' }, address, null],
    [{ type: 'address' }, { ...address, region: '' }, '请选择所在区'],
    [{ type: 'address' }, { ...address, street: '' }, '请选择街道'],
    [{ type: 'address' }, { ...address, community: ' ' }, '请选小区，或选“我的小区不在列表里”再写名字'],
    [{ type: 'address' }, { ...address, door: ' ' }, '请填写门牌号，师傅好找到您家'],
    [{ type: 'signature' }, null, '请在框内签名'],
  ] as [Partial<FormField>, never, string | null][])('%j with %j', (over, value, sentence) => {
    expect(checkField(field(over), value)).toBe(sentence)
  })
  it('knows mobile numbers', () => {
    expect([isMobile('13800138000'), isMobile('12800138000'), isMobile('0571-88888888')]).toEqual([true, false, false])
  })
})

describe('a form', () => {
  const form: FormBody = {
    key: 'f', version: 1, name: '表',
    sections: [{ key: 's', title: '节', fields: [
      field({ key: 'kind', type: 'choice', options: [{ value: 'no_gas', label: '没有气' }, { value: 'other', label: '其他' }] }),
      field({ key: 'words', when: { field: 'kind', op: 'eq', value: 'other' } }),
      field({ key: 'phone', type: 'phone' }),
    ] }],
  }
  it('asks only for what its conditions ask for', () => {
    expect(checkForm(form, { kind: 'no_gas', phone: '13800138000' })).toEqual({})
    expect(Object.keys(checkForm(form, { kind: 'other' }))).toEqual(['words', 'phone'])
    expect(Object.keys(checkForm(form, { kind: 'other' }, new Set(['phone'])))).toEqual(['phone'])
  })
  it('hands in only what is asked for and filled in', () => {
    const values = { kind: 'no_gas', words: '还在', phone: ' 138-0013-8000 ' }
    expect(gatherValues(form, values)).toEqual({ kind: 'no_gas', phone: '13800138000' })
  })
})

describe('what is shown', () => {
  it('reads as the customer speaks', () => {
    expect(showValue(field({ type: 'multi_choice', options: [{ value: 'a', label: '甲' }, { value: 'b', label: '乙' }] }), ['a', 'b'])).toBe('甲、乙')
    expect(showValue(field({ type: 'date' }), '2026-11-06')).toBe('2026年11月6日')
    expect(showValue(field({ type: 'address' }), address)).toBe('城东区 建设街道 阳光小区 3幢301')
    expect(showAddress({ ...address, building: '3号楼', unit: '2单元', door: '501室' })).toBe('城东区 建设街道 阳光小区 3号楼2单元501室')
    expect(showAddress({ ...address, building: '', unit: '2', door: '501' })).toBe('城东区 建设街道 阳光小区 2 501')
    expect(showValue(field({}), null)).toBe('未填写')
    expect(showValue(field({ type: 'yes_no', yes_label: '有', no_label: '无' }), false)).toBe('无')
    expect(showValue(field({ type: 'table' }), [{ name: '灶' }, { name: '表' }])).toBe('共 2 行')
    expect(checkField(field({ type: 'yes_no', required: true }), false)).toBeNull()
    expect(checkField(field({ type: 'table', required: true }), [])).not.toBeNull()
    expect(showTime('2026-11-26T09:00:00+00:00')).toBe('11月26日 周四 17:00')
    expect([showDistance(3240), showDistance(456)]).toEqual(['3.2 公里', '460 米'])
    expect([showCountdown(245000), showCountdown(-1)]).toEqual(['4:05', '0:00'])
  })
})
