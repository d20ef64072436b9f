/** Whether one who has just acted goes on with the same case, or with the next of the queue. */
import type { StaffCaseView } from '@/api/types'
import { isGrave } from './actionNeeds'

const TAKES_MONEY = 'charge'

/** The step that somebody has just done, and the steps that were open when it was. */
export interface LeftStep {
  task: number | null
  open_tasks: Pick<StaffCaseView['open_tasks'][number], 'no' | 'queue' | 'in_one_go'>[]
  /** What whoever complained had been promised by then. */
  promise?: StaffCaseView['promise']
}

/**
 * A call or a counter's work is one piece: the step that came of the last one is done at once, where it stands in the
 * same queue or in none. A step of another queue is met again when one works through that queue; what has no deadline
 * yet waits for an hour still to be agreed; and an alarm stays until nothing more is theirs to do. With `isLast` nothing
 * else waits in the queue, and a screen that says so would hide the minutes of the step that came of it. What a process
 * names as done in one go, while the caller waits, is never left between, whatever queues its steps stand in.
 */
export function goesOnHere(left: LeftStep | null, after: Pick<StaffCaseView, 'actions' | 'open_tasks' | 'is_alarm'>, isLast = false): boolean {
  const doable = new Set(after.actions.flatMap((one) => (one.kind === 'complete' && !isGrave(one) ? [one.task] : [])))
  if (after.is_alarm) return doable.size > 0
  if (!left) return false
  const before = new Map(left.open_tasks.map((task) => [task.no, task.queue]))
  const queue = before.get(left.task ?? -1) ?? null
  // Until the receipt is written and the rating given the customer stands at the window, whosever turn it is just now.
  if (queue === TAKES_MONEY && after.open_tasks.some((task) => task.queue === TAKES_MONEY)) return true
  const wasInOneGo = left.open_tasks.some((task) => task.no === left.task && task.in_one_go)
  if (wasInOneGo && after.open_tasks.some((task) => doable.has(task.no) && !before.has(task.no) && task.in_one_go)) return true
  return after.open_tasks.some((task) => doable.has(task.no) && !before.has(task.no) && task.due_at !== null && (isLast || task.queue === null || task.queue === queue))
}
