import { describe, expect, it } from 'vitest'
import type { KeptUnit, RosterTurn, StaffPerson } from '@/api/organisation'
import { isAwayOn, listBelow, listTree, mayKeep, searchPeople, tellAway } from '@/domain/organisation'
import { findSpan, listDays, nameOrder, nameSpan, turnSpan } from '@/domain/roster'

const unit = (code: string, parent_code: string | null): KeptUnit => ({
  code,
  name: `单位${code}`,
  kind: 'unit',
  parent_code,
  is_active: true,
  address: '',
  revision: 'r',
})
const UNITS = [unit('302', '200'), unit('100', null), unit('200', '100'), unit('301', '200'), unit('300', '100')]

describe('units', () => {
  it('stand below their parents', () => {
    expect(listTree(UNITS).map((row) => [row.unit.code, row.depth])).toEqual([
      ['100', 0],
      ['200', 1],
      ['301', 2],
      ['302', 2],
      ['300', 1],
    ])
  })
  it('begin where the part that one sees begins', () => {
    expect(listTree(UNITS.filter((one) => one.code.startsWith('3'))).map((row) => row.depth)).toEqual([0, 0, 0])
  })
  it('are found with all below them', () => {
    expect([...listBelow(UNITS, '200')].sort()).toEqual(['200', '301', '302'])
  })
})

const person = (more: Partial<StaffPerson>): StaffPerson => ({
  username: 'li',
  name: '李',
  unit_code: '301',
  positions: [],
  departments: [],
  wecom_userid: null,
  phone: null,
  presence: 'on_duty',
  absent_from: null,
  absent_until: null,
  revision: 'r',
  ...more,
})

describe('tellAway', () => {
  it.each<[Partial<StaffPerson>, string]>([
    [{}, '在岗'],
    [{ presence: 'absent', absent_from: '2026-11-20' }, '请假'],
    [{ presence: 'absent', absent_from: '2026-11-20', absent_until: '2026-11-27' }, '请假，到 11月27日 周五'],
    [{ absent_from: '2026-12-01', absent_until: '2026-12-02' }, '在岗，12月1日 周二 到 12月2日 周三请假'],
    [{ absent_from: '2026-12-01' }, '在岗，12月1日 周二 起请假'],
    [{ presence: 'left' }, '已离职'],
  ])('tells %o', (more, text) => {
    expect(tellAway(person(more), '2026-11-24').text).toBe(text)
  })
  it('knows who is away on a day to come', () => {
    const away = person({ absent_from: '2026-12-01', absent_until: '2026-12-02' })
    expect(['2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03'].map((day) => isAwayOn(away, day))).toEqual([false, true, true, false])
  })
  it('finds people by name and user name', () => {
    const people = [person({}), person({ username: 'wang.w', name: '王伟' })]
    expect(searchPeople(people, ' 王').map((one) => one.username)).toEqual(['wang.w'])
    expect(searchPeople(people, 'WANG').length).toBe(1)
  })
})

describe('the roster', () => {
  it('knows weeks and months', () => {
    expect(findSpan('week', '2026-11-24')).toEqual({ first: '2026-11-23', last: '2026-11-29' })
    expect(findSpan('month', '2028-02-10')).toEqual({ first: '2028-02-01', last: '2028-02-29' })
    expect(turnSpan('week', '2026-11-24', -1)).toBe('2026-11-22')
    expect(turnSpan('month', '2026-12-24', 1)).toBe('2027-01-01')
    expect(nameSpan('week', '2026-12-30')).toBe('2026年12月28日 – 2027年1月3日')
    expect(nameSpan('month', '2026-12-30')).toBe('2026年12月')
  })
  it('lays the turns of one unit on their days, in their order', () => {
    const turn = (more: Partial<RosterTurn>): RosterTurn => ({
      id: 1,
      unit_code: '301',
      starts_on: '2026-11-24',
      ends_on: '2026-11-25',
      call_order: 1,
      username: 'li',
      name: '李',
      revision: 'r',
      ...more,
    })
    const days = listDays('week', '2026-11-24', '301', [turn({ id: 2, call_order: 2 }), turn({}), turn({ id: 3, unit_code: '302' })])
    expect(days.map((day) => day.turns.map((one) => one.id))).toEqual([[], [1, 2], [1, 2], [], [], [], []])
    expect([nameOrder(1), nameOrder(2)]).toEqual(['先联系', '第 1 替补'])
  })
})

describe('who a unit keeps itself', () => {
  const post = (key: string, may_give: boolean) => ({ key, name: key, may_give })
  const posts = { positions: [post('case_handler', true), post('area_lead', false)], departments: [post('finance_dept', false)] }
  it('are those with no post that it cannot give', () => {
    expect(mayKeep(person({ positions: ['case_handler'] }), posts, 'hu')).toBe(true)
    expect(mayKeep(person({ positions: ['case_handler', 'area_lead'] }), posts, 'hu')).toBe(false)
    expect(mayKeep(person({ departments: ['finance_dept'] }), posts, 'hu')).toBe(false)
  })
  it('is never oneself', () => {
    expect(mayKeep(person({ positions: ['case_handler'] }), posts, 'li')).toBe(false)
  })
})
