import { describe, expect, it } from 'vitest'
import type { Condition, Values } from '@/api/types'
import { holds } from '@/domain/conditions'
import { groupByDay } from '@/domain/visits'
import { makeMonths, moveDay } from '@/domain/months'
import type { StaffCaseView } from '@/api/types'

const values: Values = { service: 'repair', area: 120, uses: ['stove'], empty: '', none: null }
const cases: [Condition, boolean][] = [
  [{ field: 'service', op: 'eq', value: 'repair' }, true],
  [{ field: 'missing', op: 'eq', value: null }, false],
  [{ field: 'missing', op: 'ne', value: 'repair' }, true],
  [{ field: 'service', op: 'in', value: ['repair', 'alteration'] }, true],
  [{ field: 'uses', op: 'includes', value: 'stove' }, true],
  [{ field: 'service', op: 'includes', value: 'r' }, false],
  [{ field: 'area', op: 'gte', value: 120 }, true],
  [{ field: 'area', op: 'lte', value: 119.5 }, false],
  [{ field: 'service', op: 'gte', value: 1 }, false],
  [{ field: 'empty', op: 'present' }, false],
  [{ field: 'empty', op: 'present', value: false }, true],
  [{ all: [] }, true],
  [{ any: [] }, false],
  [{ not: { any: [{ field: 'area', op: 'gte', value: 200 }, { field: 'none', op: 'present' }] } }, true],
]

describe('holds', () => {
  it.each(cases)('%j is %s', (condition, wanted) => {
    expect(holds(condition, values)).toBe(wanted)
  })
})

describe('groupByDay', () => {
  const visit = (case_no: string, start_at: string | null) =>
    ({ case_no, appointment: start_at ? { start_at } : null, visit: { made_at: null }, open_tasks: [] }) as unknown as StaffCaseView

  it('puts days and times in order and what is not booked last', () => {
    const days = groupByDay(
      [visit('c', null), visit('b', '2026-11-25T09:00:00+08:00'), visit('a', '2026-11-24T14:00:00+08:00'), visit('z', '2026-11-24T09:00:00+08:00')],
      new Date('2026-11-24T08:00:00+08:00'),
    )
    expect(days.map((day) => [day.title, day.visits.map((one) => one.case_no)])).toEqual([
      ['今天 11月24日 周二', ['z', 'a']],
      ['明天 11月25日 周三', ['b']],
      ['还没约好时间', ['c']],
    ])
  })
})

describe('makeMonths', () => {
  it('starts weeks on Monday and marks 调休 and holidays as unusual', () => {
    const months = makeMonths(2026, [
      { date: '2026-10-01', is_working: false, is_guess: false, note: '国庆节' },
      { date: '2026-10-10', is_working: true, is_guess: false, note: '调休' },
      { date: '2026-10-11', is_working: false, is_guess: false, note: '' },
    ])
    const october = months[9]!
    expect([october.offset, october.days.length]).toEqual([3, 31])
    expect([0, 9, 10, 11].map((at) => october.days[at]!.isUnusual)).toEqual([true, true, false, false])
    expect(october.days[11]!.isWorking).toBeNull()
    expect(months[1]!.days.length).toBe(28)
    expect(moveDay('2026-12-31', 1)).toBe('2026-12-31')
    expect(moveDay('2026-02-28', 1)).toBe('2026-03-01')
  })
})
