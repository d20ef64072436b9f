import { describe, expect, it } from 'vitest'
import type { VisitingHours } from '@/api/organisation'
import { findPhase, groupByPlace, nameHours, tellMinutes, tellPeriod } from '@/domain/visitingHours'

const rule = (change: Partial<VisitingHours>): VisitingHours => ({
  id: 1,
  unit_code: '301',
  region: '',
  street: '',
  community: '',
  day_kind: 'working',
  from_hour: 9,
  until_hour: 12,
  capacity: 4,
  effective_from: '2026-01-01',
  effective_until: null,
  revision: 'r',
  ...change,
})

describe('visiting hours', () => {
  it('stand by place, the rest of a street under its name', () => {
    const rules = [rule({}), rule({ id: 2, day_kind: 'rest' }), rule({ id: 3, region: '历下区', street: '文化路' })]
    expect(groupByPlace(rules).map((one) => [one.name, one.rules.map((each) => each.id)])).toEqual([
      ['整个单位', [1, 2]],
      ['历下区 文化路 其余地方', [3]],
    ])
  })
  it('hold on their last day, and no longer', () => {
    const ended = rule({ effective_until: '2026-06-30' })
    expect(findPhase(ended, '2026-06-30')).toBe('now')
    expect(findPhase(ended, '2026-07-01')).toBe('over')
    expect(findPhase(rule({ effective_from: '2026-07-02' }), '2026-07-01')).toBe('ahead')
  })
  it('are told in plain words', () => {
    expect(nameHours(rule({}))).toBe('9:00–12:00')
    expect(tellPeriod(rule({}), '2026-07-01')).toBe('一直有效')
    expect(tellPeriod(rule({ effective_from: '2027-01-04', effective_until: '2027-02-01' }), '2026-07-01')).toBe('2027年1月4日 周一 起，到 2027年2月1日 周一')
    expect([tellMinutes(120), tellMinutes(90), tellMinutes(0)]).toEqual(['2 小时', '90 分钟', '不限'])
  })
})
