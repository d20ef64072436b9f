import { expect, it } from 'vitest'
import { isNear, nameDay, showArrival, splitTimes } from '@/forms/shown'

it('tells hours from an hour on, and nothing of a position that makes no sense', () => {
  expect([showArrival(59, 30_000), showArrival(60, 30_000), showArrival(125, 90_000)]).toEqual(['59 分钟', '1 小时', '2 小时 5 分钟'])
  expect([showArrival(1113, 900_000), showArrival(null, 900), showArrival(5, null)]).toEqual([null, null, null])
  expect([isNear(200_000), isNear(200_001), isNear(null)]).toEqual([true, false, false])
})

it('names today and tomorrow in China', () => {
  const now = new Date('2026-11-26T16:30:00Z')
  expect(['2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'].map((day) => nameDay(day, now))).toEqual(['', '今天 ', '明天 ', ''])
})

it('sets days and hours apart from the words around them', () => {
  const words = '已约好 11月29日 周日 16:00–17:00 上门'
  expect(splitTimes(words).filter((_, index) => index % 2)).toEqual(['11月29日 周日', '16:00–17:00'])
  expect(splitTimes(words).join('')).toBe(words)
  expect(splitTimes('请改好后再提交')).toEqual(['请改好后再提交'])
})
