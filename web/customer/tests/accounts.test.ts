import { describe, expect, it } from 'vitest'
import { checkAccountNo, checkTail, groupAccountNo, nameRole, tellAccountState } from '@/forms/accounts'

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
