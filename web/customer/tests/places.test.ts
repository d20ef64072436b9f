import { describe, expect, it } from 'vitest'
import type { Address, FormField } from '@/api/types'
import { checkField } from '@/forms/checks'
import { findStreet, findWrongPart, isWritten, tellUnserved } from '@/forms/places'

const REGIONS = [
  {
    name: '历下区',
    streets: [
      { name: '泉城路街道', communities: ['明湖花园', '阳光小区'], serves_rest: true },
      { name: '孙村街道', communities: ['春晖苑'], serves_rest: false },
      { name: '柳埠街道', communities: [], serves_rest: true },
    ],
  },
]
const HOME: Address = { region: '历下区', street: '泉城路街道', community: '明湖花园', building: '', unit: '', door: '5', note: '', point: null }
const FIELD = { key: 'address', label: '用气地址', type: 'address', personal: 'address', required: true } as FormField
const check = (over: Partial<Address>) => checkField(FIELD, { ...HOME, ...over }, (address) => tellUnserved(REGIONS, address, '96602'))

describe('a place that is not in the list', () => {
  it('is taken with its name where the rest of the street is served', () => {
    expect(check({ community: '王家庄' })).toBeNull()
    expect(check({ street: '柳埠街道', community: '王家庄' })).toBeNull()
  })

  it('is told whom to call where it is not', () => {
    const told = '孙村街道在网上只能办列表里的小区。您的小区不在里面的，请打客服热线 96602，我们帮您登记。'
    expect(check({ street: '孙村街道', community: '王家庄' })).toBe(told)
    expect(check({ street: '孙村街道', community: '' })).toBe(told)
    expect(check({ street: '孙村街道', community: '春晖苑' })).toBeNull()
  })

  it('asks for its name', () => {
    expect(check({ community: '  ' })).toContain('“我的小区不在列表里”再写名字')
  })

  it('is known again in what was kept', () => {
    const written = (street: string, community: string) => isWritten(findStreet(REGIONS, { ...HOME, street }), community)
    expect([written('泉城路街道', '王家庄'), written('泉城路街道', '阳光小区'), written('泉城路街道', '')]).toEqual([true, false, false])
    // Where there is no list the name can only be written, and a street that is not known says nothing.
    expect([written('柳埠街道', ''), written('别的街道', '王家庄')]).toEqual([true, false])
  })
})

describe('the part that is red', () => {
  it.each([
    [{ region: '' }, 'region'],
    [{ street: '' }, 'street'],
    [{ community: ' ' }, 'community'],
    [{ door: '' }, 'door'],
    // All is there: the server does not serve the place.
    [{}, 'community'],
  ] as [Partial<Address>, string][])('%j', (over, part) => expect(findWrongPart({ ...HOME, ...over })).toBe(part))
})
