import { expect, it } from 'vitest'
import { readYuan, tellYuan } from '@/domain/yuan'

it.each([
  ['80', 8000], ['80.5', 8050], ['80.05', 8005], [' 0.01 ', 1], ['10000000', 1_000_000_000],
  ['0', null], ['', null], ['-1', null], ['1.005', null], ['1e3', null], ['10000000.01', null], ['八十', null],
])('reads %s as %s', (typed, fen) => {
  expect(readYuan(typed as string)).toBe(fen)
})

it('says fen as yuan', () => {
  expect([tellYuan(8005), tellYuan(1), tellYuan(12345600)]).toEqual(['80.05 元', '0.01 元', '123456.00 元'])
})
