import { expect, it } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import { goesOnHere, type LeftStep } from '@/domain/stayingHere'

type After = Pick<StaffCaseView, 'actions' | 'open_tasks' | 'is_alarm'>
const SOON = '2026-11-26T10:05:00+08:00'
const task = (no: number, queue: string | null, due_at: string | null = SOON, in_one_go = false) => ({ no, queue, due_at, in_one_go })
const done = (no: number, queue: string | null, ...beside: ReturnType<typeof task>[]): LeftStep => ({ task: no, open_tasks: [task(no, queue), ...beside] as LeftStep['open_tasks'] })
const inOneGo = (no: number, queue: string) => task(no, queue, null, true)
const doneInOneGo = (no: number, queue: string): LeftStep => ({ task: no, open_tasks: [inOneGo(no, queue)] as LeftStep['open_tasks'] })
const may = (no: number, outcome = 'done', kind = 'complete') => ({ kind, task: no, outcome })
const after = (tasks: ReturnType<typeof task>[], actions = tasks.map((one) => may(one.no)), is_alarm = false) =>
  ({ open_tasks: tasks, actions, is_alarm }) as unknown as After

it.each<[string, LeftStep | null, After, boolean]>([
  ['the next step of a revisit call', done(1, 'close'), after([task(2, 'close')]), true],
  ['a next step that stands in no queue', done(1, 'accept'), after([task(2, null)]), true],
  ['an application accepted, to be reviewed', done(1, 'accept'), after([task(2, 'review')]), false],
  ['an application reviewed, to be dispatched', done(1, 'review'), after([task(2, 'dispatch')]), false],
  ['a next step that is for somebody else', done(1, 'close'), after([task(2, 'close')], []), false],
  ['a second call at an hour still to come', done(1, 'close'), after([task(2, 'close', null)]), false],
  ['a step that waited beside it all the time', done(1, 'close', task(2, 'close')), after([task(2, 'close')]), false],
  ['nothing but to refuse or to end it', done(1, 'close'), after([task(2, 'close')], [may(2, 'refuse'), may(2, 'end', 'cancel')]), false],
  ['the end of the case', done(1, 'close'), after([]), false],
  ['nothing that is known to have been done', null, after([task(2, 'close')]), false],
  ['what is done in one go on the telephone, whatever queue or limit', doneInOneGo(1, 'accept'), after([inOneGo(2, 'dispatch')]), true],
  ['what somebody else begins after it', doneInOneGo(1, 'reply'), after([task(2, 'assign', null)]), false],
  ['money taken, which finance has to confirm while the customer waits', done(1, 'charge'), after([task(2, 'charge', null)], []), true],
  ['the rating given and the fee ended', done(1, 'charge'), after([]), false],
  ['an alarm, whatever its next queue', done(1, 'alarm'), after([task(2, 'reply')], undefined, true), true],
  ['an alarm that is for others now', done(1, 'alarm'), after([task(2, 'reply')], [], true), false],
])('after one step, %s', (_what, left, view, stays) => {
  expect(goesOnHere(left, view)).toBe(stays)
})

it('goes on with a step of another queue where nothing else waits', () => {
  const view = after([task(2, 'dispatch')])
  expect(goesOnHere(done(1, 'review'), view, true)).toBe(true)
  expect(goesOnHere(done(1, 'review'), after([task(2, 'dispatch')], []), true)).toBe(false)
})
