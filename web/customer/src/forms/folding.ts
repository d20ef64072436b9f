import type { ProgressStep } from '@/api/types'

const MOST_LINES = 5

/**
 * A long progress at a glance: how many steps lie behind and are told in one line, and the steps that are drawn. Drawn are
 * all present steps and what comes next; what was stopped on the way, as a collection that was ended, lies behind as well
 * once the case goes on, but for the one right before the present step: why that stopped is the news. Where all is over, the last step tells that and when.
 */
export function foldSteps(steps: ProgressStep[]): { doneCount: number; shown: ProgressStep[] } {
  if (steps.length <= MOST_LINES) return { doneCount: 0, shown: steps }
  const ahead = findPresent(steps)
  const first = steps[ahead - 1]?.state === 'stopped' ? ahead - 1 : ahead
  // One line in the place of one step would only hide it.
  const shown = first < 2 ? pick(steps, MOST_LINES) : pick(steps.slice(first), MOST_LINES - 1)
  return { doneCount: first < 2 ? 0 : countDone(steps) - countDone(shown), shown }
}

const countDone = (steps: ProgressStep[]) => steps.filter((one) => one.state === 'done').length
const findLast = (steps: ProgressStep[], state: ProgressStep['state']) => steps.map((one) => one.state).lastIndexOf(state)

/** Where the case stands: its first present step, what comes next, or the end of a case that is over. */
function findPresent(steps: ProgressStep[]): number {
  const goesOn = steps.findIndex((one) => one.state === 'now' || one.state === 'next')
  if (goesOn >= 0) return goesOn
  // What was open when a case was stopped stands at its end.
  return Math.min(findLast(steps, 'done') + 1, steps.length - 1)
}

/** As many as there is room for: nothing that was done while others went on takes the place of a present step. */
function pick(steps: ProgressStep[], most: number): ProgressStep[] {
  const lastNow = findLast(steps, 'now')
  if (lastNow < most) return steps.slice(0, most)
  const going = steps.filter((one, at) => at > lastNow || one.state === 'now')
  return going.slice(0, Math.max(most, going.filter((one) => one.state === 'now').length + 1))
}
