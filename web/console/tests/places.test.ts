import { expect, it } from 'vitest'
import type { Address } from '@/api/types'
import { findWrongPart, tellUnlisted } from '@/domain/places'

const REGIONS = [
  {
    name: '历下区',
    streets: [
      { name: '泉城路街道', communities: ['明湖花园'], serves_rest: true },
      { name: '孙村街道', communities: ['春晖苑'], serves_rest: false },
    ],
  },
]
const tell = (street: string, community: string) => tellUnlisted(REGIONS, { region: '历下区', street, community })

it('says who serves a community that is not in the list', () => {
  expect(tell('泉城路街道', '王家庄')).toBe('“王家庄”不在列表里，归泉城路街道的“其余地方”。')
  expect(tell('孙村街道', '王家庄')).toBe('“王家庄”不在列表里，孙村街道也没有“其余地方”：现在没有单位负责这里，请核对。')
})

it('is silent on what is listed, may become so, or cannot be known', () => {
  expect(['明湖花园', '明湖', ''].map((one) => tell('泉城路街道', one))).toEqual([null, null, null])
  expect(tell('别的街道', '王家庄')).toBeNull()
})

it('leads to the part that is missing', () => {
  const address: Address = { region: '历下区', street: '泉城路街道', community: '', building: '', unit: '', door: '', note: '', point: null }
  expect([findWrongPart(address), findWrongPart({ ...address, community: '王家庄' }), findWrongPart({ ...address, community: '王家庄', door: '5' })]).toEqual(['community', 'door', 'community'])
})
