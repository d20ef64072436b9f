import { describe, expect, it } from 'vitest'
import type { AvailableAction, StaffCaseView } from '@/api/types'
import { askEarly, askFirst, groupByDay, isTimeToSetOff, tellAlarmPlace, tellDue, tellHeadline, tellStep, tellVisits } from '@/domain/visits'

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

it('asks to set off once the booked hour has begun', () => {
  const view = { ...booked, actions: [setOff] } as StaffCaseView
  expect(isTimeToSetOff(view, at('2026-11-26T10:59'))).toBe(false)
  expect(isTimeToSetOff(view, at('2026-11-26T11:00'))).toBe(true)
  expect(isTimeToSetOff({ ...view, actions: [action('arrive')] }, at('2026-11-26T11:30'))).toBe(false)
  expect(isTimeToSetOff({ ...view, appointment: null }, at('2026-11-26T11:30'))).toBe(false)
})

it('tells how many visits are booked with a handler today, and when', () => {
  expect(tellVisits([])).toBe('今天没有约上门')
  expect(tellVisits(['09:00–10:00', '14:00–15:00'])).toBe('今天约了 2 次：09:00–10:00、14:00–15:00')
})

it('shows a visit once, and not as well the works that wait for it', () => {
  const make = (case_no: string, child: string | null) =>
    ({ case_no, child: child ? { case_no: child } : null, appointment: booked.appointment, visit: { made_at: null }, open_tasks: [] }) as unknown as StaffCaseView
  const shown = groupByDay([make('works', 'gas-on'), make('gas-on', null), make('other', 'elsewhere')], at('2026-11-26T08:00'))
  expect(shown.flatMap((day) => day.visits.map((one) => one.case_no))).toEqual(['gas-on', 'other'])
})

it('puts an objection to be answered before the day, though its visit is over or it waits for money', () => {
  const objection = { id: 1, task: 2, text: '读数不对', at: '2026-11-26T07:00:00+08:00', may_answer: true }
  const make = (case_no: string, objections: object[]) =>
    ({ case_no, child: null, appointment: null, is_alarm: false, mark: null, objections, visit: { made_at: '2026-11-20T09:00:00+08:00' }, open_tasks: [{ step: 'sign', queue: 'to_pay' }] }) as unknown as StaffCaseView
  const shown = groupByDay([make('over', [objection]), make('not mine', [{ ...objection, may_answer: false }])], at('2026-11-26T08:00'))
  expect(shown.map((group) => [group.title, group.visits.map((one) => one.case_no)])).toEqual([['客户有异议，等您答复', ['over']]])
})

it('leaves out what waits for money alone, unless it is taken on the spot', () => {
  const make = (case_no: string, made_at: string | null, ...queues: (string | null)[]) =>
    ({ case_no, child: null, appointment: null, is_alarm: false, mark: null, visit: { made_at }, open_tasks: queues.map((queue) => ({ step: 'x', queue })) }) as unknown as StaffCaseView
  const today = '2026-11-26T07:30:00+08:00'
  const visits = [
    make('fee of works', '2026-11-20T09:00:00+08:00', 'charge'),
    make('not paid yet', null, 'to_pay'),
    make('repaired today', today, 'charge'),
    make('more to do', null, 'charge', null),
  ]
  const shown = groupByDay(visits, at('2026-11-26T08:00')).flatMap((day) => day.visits.map((one) => one.case_no))
  expect(shown).toEqual(['repaired today', 'more to do'])
})

it('puts alarms before all that is booked', () => {
  const make = (case_no: string, appointment: StaffCaseView['appointment'], is_alarm = false, result = '') =>
    ({ case_no, appointment, is_alarm, visit: { made_at: null, result }, open_tasks: [] }) as unknown as StaffCaseView
  const [visit, waiting, alarm] = [make('1', booked.appointment), make('2', null), make('3', null, true)]
  const settled = make('4', null, true, '阀门已关，漏点已修')
  const days = groupByDay([visit, waiting, settled, alarm], at('2026-11-26T08:00'))
  // What was dealt with there only waits to be closed.
  expect(days.map((day) => day.visits.map((one) => one.case_no))).toEqual([['3'], ['1'], ['2'], ['4']])
  expect(days[0]!.title).toBe('燃气报警 · 马上去')
})

it('puts complaints before the days, since nobody books an hour for them', () => {
  const make = (case_no: string, mark: string | null, due_at: string | null, appointment = null as StaffCaseView['appointment']) =>
    ({ case_no, mark, due_at, appointment, visit: { made_at: null }, open_tasks: [] }) as unknown as StaffCaseView
  const all = [make('1', null, null, booked.appointment), make('2', '2级投诉', '2026-11-27T08:00:00Z'), make('3', '3级投诉', '2026-11-26T03:00:00Z'), make('4', null, null)]
  const groups = groupByDay(all, at('2026-11-26T08:00')).map((day) => [day.title, day.visits.map((one) => one.case_no)])
  expect(groups).toEqual([['投诉 · 抓紧办', ['3', '2']], ['今天 11月26日 周四', ['1']], ['还没约好时间', ['4']]])
})

it('tells where an alarm is by its place or by the words of the caller', () => {
  expect(tellAlarmPlace({ place: '阳光小区 3幢 **', values: { words: '有臭味' }, documents: [] })).toBe('阳光小区 3幢 ** “有臭味”')
  expect(tellAlarmPlace({ place: '', values: {}, documents: [] })).toBe('没有说在哪里，马上打电话问清')
  const documents = [{ name: '报警记录', state: 'filled' }] as StaffCaseView['documents']
  expect(tellAlarmPlace({ place: '', values: { words: '有臭味' }, documents })).toBe('地址记在“报警记录”里 “有臭味”')
})

it('puts the answer of a department apart, and says that it is to be read', () => {
  const task = (step: string, name: string) => ({ step, name })
  const answered = {
    case_no: 'answered', step_name: '回复客户', appointment: booked.appointment, visit: { made_at: '2026-11-26T11:10:00+08:00' },
    open_tasks: [task('read_answer', '看部门答复'), task('reply', '回复工单')],
  } as unknown as StaffCaseView
  const comes = { case_no: 'comes', step_name: '出发', appointment: booked.appointment, visit: { made_at: null }, open_tasks: [task('set_off', '出发')] } as unknown as StaffCaseView
  const groups = groupByDay([comes, answered], at('2026-11-26T08:00')).map((day) => [day.title, day.visits.map((one) => one.case_no)])
  expect(groups).toEqual([['部门有答复，请先看', ['answered']], ['今天 11月26日 周四', ['comes']]])
  expect([answered, comes].map(tellStep)).toEqual(['看部门答复', '出发'])
  // The words are the process's own; no step has to be known here.
  expect(tellStep({ ...comes, step_name: '准备出发' } as StaffCaseView)).toBe('准备出发')
})

it('keeps what only waits for its reply apart from the days', () => {
  const visit = (case_no: string, step: string, made_at: string | null) =>
    ({ case_no, appointment: booked.appointment, visit: { made_at }, open_tasks: [{ step }] }) as unknown as StaffCaseView
  const came = '2026-11-25T22:59:00+08:00'
  const all = [visit('replies', 'reply', came), visit('works', 'inspect', came), visit('comes', 'set_off', null)]
  const groups = groupByDay(all, at('2026-11-25T23:30')).map((one) => [one.title, one.visits.map((each) => each.case_no)])
  // A visit that was made before its hour stands in the day of the visit.
  expect(groups).toEqual([['今天 11月25日 周三', ['works']], ['明天 11月26日 周四', ['comes']], ['做完了，等回复', ['replies']]])
})

it('asks once before a choice between outcomes, and not where there is but one', () => {
  const of = (outcome: string, name: string) => ({ kind: 'complete', task: 6, step: 'test_pressure', outcome, name }) as AvailableAction
  const passed = of('passed', '试压合格')
  const now = at('2026-11-26T11:30')
  expect(askFirst(passed, { appointment: null, actions: [passed, of('failed', '试压不合格')] }, now)).toMatchObject({ title: '试压合格？', text: '提交后自己不能再改；填错了，要请片区负责人退回。', yes: '试压合格' })
  const cancel = { ...passed, kind: 'cancel', task: null } as AvailableAction
  expect(askFirst(passed, { appointment: null, actions: [passed, cancel] }, now)).toBeNull()
})

describe('the head of a visit', () => {
  const view = {
    ...booked, mark: null, is_alarm: false, visit: { made_at: null, result: null },
    open_tasks: [], step: 'set_off', step_name: '准备出发', due_at: '2026-11-26T04:00:00Z',
  } as unknown as StaffCaseView
  const now = at('2026-11-26T08:00')

  it('never calls the end of the hour a deadline for setting off', () => {
    expect(tellHeadline(view, now)).toBe('11月26日 周四 11:00–12:00')
    expect(tellDue(view)).toBe('11:00–12:00 之间到客户家')
    expect(tellDue({ ...view, step: 'inspect' })).toBeNull()
    expect(tellDue({ ...view, due_at: null })).toBeNull()
    expect(tellDue({ ...view, due_at: '2026-11-26T09:00:00Z' })).toContain('17:00 前完成“准备出发”')
  })

  it('waits for no hour of a complaint, but for its deadline', () => {
    const complaint = { ...view, appointment: null, mark: '2级投诉' } as StaffCaseView
    expect(tellHeadline(complaint, now)).toMatch(/^2级投诉 · .*12:00 前办完$/)
    expect(tellHeadline({ ...view, appointment: null, handler_name: '张伟' }, now)).toBe('客户还没约时间')
    expect(tellHeadline({ ...view, appointment: null, handler_name: '' }, now)).toBe('当面办理')
  })
})
