import { describe, expect, it } from 'vitest'
import type { AvailableAction, StaffCaseView } from '@/api/types'
import { askEarly, groupByDay, tellAlarmPlace, tellVisits } from '@/domain/visits'

const action = (step: string) => ({ step }) as AvailableAction
const setOff = action('set_off')
const booked = {
  appointment: { start_at: '2026-11-26T11:00:00+08:00', end_at: '2026-11-26T12:00:00+08:00', text: '11月26日 周四 11:00–12:00' },
} as StaffCaseView
const at = (time: string) => new Date(`${time}+08:00`)

describe('setting off', () => {
  it('asks who leaves more than two hours before the booked hour', () => {
    expect(askEarly(setOff, booked, at('2026-11-26T08:00'))).toBe('约的是 11:00–12:00，现在出发早了 3小时，确定出发？')
  })

  it('names the day where it is another one', () => {
    expect(askEarly(setOff, booked, at('2026-11-24T23:00'))).toBe('约的是 11月26日 周四 11:00–12:00，现在出发早了 1天12小时，确定出发？')
  })

  it.each(['2026-11-26T09:00', '2026-11-26T10:59', '2026-11-26T13:00'])('asks nothing at %s', (now) => {
    expect(askEarly(setOff, booked, at(now))).toBeNull()
  })

  it('asks nothing at other steps, and without a booked hour', () => {
    const early = at('2026-11-26T06:00')
    expect(askEarly(action('arrive'), booked, early)).toBeNull()
    expect(askEarly(setOff, { appointment: null }, early)).toBeNull()
  })
})

it('tells how many visits a handler has today, and when', () => {
  expect(tellVisits([])).toBe('今天还没有上门')
  expect(tellVisits(['09:00–10:00', '14:00–15:00'])).toBe('今天上门 2 次：09:00–10:00、14:00–15:00')
})

it('puts alarms before all that is booked', () => {
  const [visit, waiting, alarm] = [
    { ...booked, case_no: '1' },
    { case_no: '2', appointment: null } as StaffCaseView,
    { case_no: '3', appointment: null, is_alarm: true } as StaffCaseView,
  ]
  const days = groupByDay([visit, waiting, alarm], at('2026-11-26T08:00'))
  expect(days.map((day) => day.visits.map((one) => one.case_no))).toEqual([['3'], ['1'], ['2']])
  expect(days[0]!.title).toBe('燃气报警 · 马上去')
})

it('tells where an alarm is by its place or by the words of the caller', () => {
  expect(tellAlarmPlace({ place: '阳光小区 3幢 **', values: { words: '有臭味' } })).toBe('阳光小区 3幢 ** “有臭味”')
  expect(tellAlarmPlace({ place: '', values: {} })).toBe('没有说在哪里，马上打电话问清')
})
