import { describe, expect, it } from 'vitest'
import { checkAccountNo, checkTail, groupAccountNo, listUseLines, nameRole, tellAccountState } from '@/forms/accounts'

describe('an account number', () => {
  it('is taken however it was spaced, and told in groups of four', () => {
    expect(checkAccountNo(' 3611 2345 6785 ')).toBe('')
    expect(groupAccountNo('361123456785')).toBe('3611 2345 6785')
  })

  it('is asked for again where it cannot be one', () => {
    expect(checkAccountNo(' ')).toBe('请填写户号')
    for (const typed of ['36112345678', '3611234567850', '36112345678X']) expect(checkAccountNo(typed)).toContain('12 位数字')
  })
})

describe('the end of an identity number', () => {
  it('has six characters, the last of which may be a letter', () => {
    expect(checkTail(' 07003X ')).toBe('')
    expect(checkTail('')).toBe('请填写证件号的后六位')
    for (const typed of ['07003', '0700380', '0700-8']) expect(checkTail(typed)).toContain('最后六位')
  })
})

it('roles and states of accounts have words of their own', () => {
  expect((['owner', 'tenant', 'agent', 'payer'] as const).map(nameRole)).toEqual(['户主', '租户', '代办人', '缴费人'])
  expect(tellAccountState('active')).toBe('已开户')
  expect(tellAccountState(null)).toBe('')
})

it('what is known of an account is told line by line, and what is not has none', () => {
  const use = { gas_use: 'residential' as const, monthly_use: null, pressure_kpa: 2, use_nature: '做饭', use_period: '', appliances: [], meter: null }
  expect(listUseLines(use).map(({ label }) => label)).toEqual(['用气类别', '用途'])
  const appliances = [{ kind: '燃气灶', model: '', quantity: 1, rated_flow: null }, { kind: '热水器', model: '万和', quantity: 2, rated_flow: null }]
  const meter = { maker: '金卡', meter_no: '0012', kind: 'ic_card' as const, reading: 0 }
  expect(listUseLines({ ...use, appliances, meter }).map(({ text }) => text)).toEqual([
    '居民用气',
    'IC 卡表 金卡 0012',
    '0 m³',
    '燃气灶 1 台；热水器 万和 2 台',
    '做饭',
  ])
})
