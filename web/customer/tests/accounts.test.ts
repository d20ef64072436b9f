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
  const use = { gas_use: 'residential' as const, monthly_use: null, pressure_kpa: 2, use_nature: '做饭', use_period: '', appliances: [], safety_devices: [], meter: null }
  expect(listUseLines(use).map(({ label }) => label)).toEqual(['用气类别', '用途'])
  const appliances = [{ kind: '燃气灶', model: '', quantity: 1, rated_flow: null }, { kind: '热水器', model: '万和', quantity: 2, rated_flow: null }]
  const meter = { maker: '金卡', meter_no: '0012', kind: 'ic_card' as const, reading: 0, inlet_side: 'left' as const, seal_no: 'F-1' }
  expect(listUseLines({ ...use, appliances, meter }).map(({ text }) => text)).toEqual([
    '居民用气',
    'IC 卡表 金卡 0012',
    '0 m³',
    '燃气灶 1 台；热水器 万和 2 台',
    '做饭',
  ])
})

it('a hose that is due and an alarm that is over say what to do', () => {
  const device = { model: '', installed_on: null, expires_on: '2026-12-05' }
  const use = { gas_use: 'residential' as const, monthly_use: null, pressure_kpa: null, use_nature: '', use_period: '', appliances: [], meter: null }
  const told = (['valid', 'soon', 'expired'] as const).map((state) => listUseLines({ ...use, safety_devices: [{ ...device, kind: 'hose', state }] })[1])
  expect(told).toEqual([
    { label: '软管', text: '有效期到 2026年12月5日' },
    { label: '软管', text: '有效期到 2026年12月5日，快到了，请安排更换' },
    { label: '软管', text: '2026年12月5日 已过有效期，请尽快更换' },
  ])
  const unknown = [{ ...device, kind: 'alarm' as const, model: '汉威', expires_on: null, state: 'unknown' as const }]
  expect(listUseLines({ ...use, safety_devices: unknown })[1]).toEqual({ label: '报警器', text: '汉威' })
})
