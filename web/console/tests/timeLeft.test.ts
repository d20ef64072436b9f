import { describe, expect, it } from 'vitest'
import { tellDay, tellElapsed, tellMoment, tellNear, tellSpan, toDay } from '@/domain/dates'
import { explainPromise, tellPromise } from '@/domain/promise'
import { tellTimeLeft } from '@/domain/timeLeft'

const now = new Date('2026-11-24T15:00:00+08:00')
const row = (due: string | null, share: number | null, overdue = false) => ({
  due_at: due,
  overdue,
  time_left: share === null ? null : { share },
  is_alarm: false,
  waits_for: 'you' as const,
  waiting_since: '2026-11-24T10:00:00+08:00',
})

describe('tellTimeLeft', () => {
  it.each([
    ['2026-11-24T19:20:00+08:00', 0.2, '本步剩4小时20分', 'calm'],
    ['2026-11-25T09:10:00+08:00', 0.9, '本步剩18小时', 'amber'],
    ['2026-11-24T16:20:00+08:00', 0.2, '本步剩1小时20分', 'amber'],
    ['2026-11-24T15:30:00+08:00', 0.7, '本步剩30分钟', 'red'],
    ['2026-11-24T15:05:00+08:00', 0.2, '本步剩5分钟', 'red'],
    ['2026-11-24T15:00:30+08:00', 0.99, '本步剩不到1分钟', 'red'],
    ['2026-11-26T17:00:00+08:00', null, '本步剩2天2小时', 'calm'],
  ] as const)('tells %s at share %s', (due, share, text, level) => {
    expect(tellTimeLeft(row(due, share), now)).toMatchObject({ text, level })
  })

  it('rises as time falls, whatever share of its limit is used', () => {
    const order = ['calm', 'amber', 'red']
    const levels = [300, 240, 60, 31, 30, 4].map((minutes) => {
      const due = new Date(now.getTime() + minutes * 60_000).toISOString()
      return [0, 0.5, 0.8].map((share) => order.indexOf(tellTimeLeft(row(due, share), now).level))
    })
    for (const [at, here] of levels.slice(1).entries()) expect(Math.min(...here)).toBeGreaterThanOrEqual(Math.max(...levels[at]!))
    expect(levels.at(-1)).toEqual([2, 2, 2])
  })

  it('fills the bar of what is overdue, by the server or by the clock', () => {
    expect(tellTimeLeft(row('2026-11-24T13:30:00+08:00', 0.4), now)).toEqual({ text: '本步超1小时30分', level: 'red', share: 1 })
    expect(tellTimeLeft(row('2026-11-24T15:01:00+08:00', 1, true), now)).toEqual({ text: '本步已超期', level: 'red', share: 1 })
  })

  it('never calls an alarm calm', () => {
    expect(tellTimeLeft({ ...row('2026-11-24T16:20:00+08:00', 0), is_alarm: true }, now)).toMatchObject({ text: '本步剩1小时20分', level: 'red' })
  })

  it('says that a step without limit has none', () => {
    expect(tellTimeLeft(row(null, null), now)).toEqual({ text: '本步不限时', level: 'none', share: 0 })
  })

  it('says that the customer waits where they could act but want an answer first', () => {
    expect(tellTimeLeft({ ...row('2026-11-24T13:30:00+08:00', 1), waits_for: 'answer' }, now)).toMatchObject({ text: '客户等答复', level: 'amber' })
    const since = new Date(now.getTime() - 3 * 86_400_000).toISOString()
    expect(tellTimeLeft({ ...row('2026-11-24T13:30:00+08:00', 1), waits_for: 'answer', objected_since: since }, now).text).toBe('客户等答复 3天')
  })

  it('never calls it late while it waits for the customer, and says since when it does', () => {
    const waiting = { ...row(null, null), waits_for: 'customer' as const }
    expect(tellTimeLeft(waiting, now)).toEqual({ text: '等客户 5小时', level: 'none', share: 0 })
    const long = { ...waiting, due_at: '2026-11-17T10:00:00+08:00', waiting_since: '2026-11-16T17:00:00+08:00' }
    expect(tellTimeLeft(long, now)).toEqual({ text: '等客户 7天', level: 'amber', share: 1 })
  })

  it('keeps the share within the bar', () => {
    expect(tellTimeLeft(row('2026-11-24T16:00:00+08:00', 1.7), now).share).toBe(1)
    expect(tellTimeLeft(row('2026-11-24T16:00:00+08:00', -1), now).share).toBe(0)
  })
})

describe('dates', () => {
  it('speaks of Shanghai whatever zone the text or the computer has', () => {
    expect(tellMoment('2026-11-26T09:00:00Z', now)).toBe('11月26日 周四 17:00')
    expect(tellMoment('2025-12-31T17:00:00Z', now)).toBe('1月1日 周四 01:00')
    expect(tellMoment('2025-11-26T09:00:00Z', now)).toBe('2025年11月26日 周三 17:00')
    expect(toDay(new Date('2026-11-24T17:00:00Z'))).toBe('2026-11-25')
    expect(tellDay('2026-11-26')).toBe('11月26日 周四')
  })

  it('shortens long spans', () => {
    expect([59_000, 600_000, 3_600_000, 40_000_000, 180_000_000, 907_200_000].map(tellSpan)).toEqual(['不到1分', '10分', '1小时', '11小时', '2天2小时', '10天'])
    expect(tellElapsed(155_000)).toBe('02:35')
    expect(tellElapsed(3_755_000)).toBe('1:02:35')
  })
})

describe('a limit that several steps share', () => {
  it('is never told as the limit of this step', () => {
    const shared = { ...row('2026-11-26T15:00:00+08:00', 0.1), limit_until: '派发' }
    expect(tellTimeLeft(shared, now)).toMatchObject({ text: '剩2天', note: '到“派发”为止' })
    const late = { ...row('2026-11-24T13:30:00+08:00', 1, true), limit_until: '派发' }
    expect(tellTimeLeft(late, now)).toMatchObject({ text: '超1小时30分', note: '到“派发”为止', level: 'red' })
  })
})

describe('what whoever complained was told', () => {
  const told = (due_at: string | null) => ({ promise: { within: '3 小时', due_at, answered_at: null as string | null, kept: null as boolean | null, is_open: true }, channel: 'hotline', mark: '3级投诉' })

  it('names the moment, and whom it was told', () => {
    expect(tellPromise(told('2026-11-24T16:40:00+08:00'), now)).toBe('答应来电人：今天 16:40 前答复（3小时）')
    expect(tellPromise({ ...told('2026-11-25T00:10:00+08:00'), channel: 'counter' }, now)).toBe('答应客户：明天 00:10 前答复（3小时）')
    expect(tellPromise({ ...told(null), promise: null }, now)).toBeNull()
  })

  it('says before its time runs what will hold', () => {
    expect(tellPromise(told(null), now)).toBe('3级投诉：处理起 3小时内答复')
    expect(explainPromise(told(null), now)).toContain('就开始算')
  })

  it('stands in a list before the limit of the step, which is told once it is nearly over', () => {
    const due = '2026-11-24T16:40:00+08:00'
    const running = { ...row(due, 0.4), limit_until: '回复工单', promise: told(due).promise }
    expect(tellTimeLeft(running, now)).toMatchObject({ text: '今天 16:40 前答复', note: '剩1小时40分', level: 'amber' })
    const before = { ...row('2026-11-26T09:00:00+08:00', 0.1), promise: told(null).promise }
    expect(tellTimeLeft(before, now)).toMatchObject({ text: '处理起3小时内答复', note: '派单后开始算', level: 'amber' })
    // Five minutes of a step are no reason to read the promise itself as nearly broken.
    const soon = { ...row('2026-11-24T15:05:00+08:00', 0.1), promise: told(null).promise }
    expect(tellTimeLeft(soon, now)).toMatchObject({ note: '本步剩5分钟', level: 'amber' })
    const late = { ...row('2026-11-24T13:30:00+08:00', 1, true), promise: told('2026-11-24T13:30:00+08:00').promise }
    expect(tellTimeLeft(late, now)).toMatchObject({ text: '今天 13:30 前答复', note: '超1小时30分', level: 'red' })
  })

  it('stays until they were called, and then says whether it was kept', () => {
    const due = '2026-11-24T14:40:00+08:00'
    const replied = told(due)
    Object.assign(replied.promise, { answered_at: '2026-11-24T14:20:00+08:00', kept: true })
    expect(tellPromise(replied, now)).toBe('答应来电人：今天 14:40 前答复（3小时）')
    expect(explainPromise(replied, now)).toBe('回复已在 今天 14:20 发出（按时做到），还要打电话告诉来电人')
    // The days within which to call are no time that anybody was told.
    const calling = { ...row('2026-11-27T00:00:00+08:00', 0.1), promise: replied.promise }
    expect(tellTimeLeft(calling, now)).toMatchObject({ text: '今天 14:40 前答复', note: '回复已发，还要打电话', level: 'amber' })
    replied.promise.is_open = false
    expect([tellPromise(replied, now), explainPromise(replied, now)]).toEqual(['已在 今天 14:20 答复（答应 今天 14:40 前）', '按时做到'])
    Object.assign(replied.promise, { answered_at: '2026-11-24T14:55:00+08:00', kept: false })
    expect(explainPromise(replied, now)).toBe('晚了15分')
    expect(tellTimeLeft(calling, now).text).toMatch(/^本步剩/)
  })

  it('says a day that is near as one says it', () => {
    expect(tellNear('2026-11-26T09:05:00+08:00', now)).toBe('11月26日 周四 09:05')
  })
})
