import type { ProgressStep } from '@/api/types'

const MOST_LINES = 5

/** A long progress at a glance: how many steps lie behind and are told in one line, and the steps that are drawn. */
export function foldSteps(steps: ProgressStep[]): { doneCount: number; shown: ProgressStep[] } {
  const ahead = steps.findIndex((one) => one.state !== 'done')
  // Where all is done, the last step tells that and when.
  const doneCount = ahead < 0 ? steps.length - 1 : ahead
  if (steps.length <= MOST_LINES) return { doneCount: 0, shown: steps }
  // One line in the place of one step would only hide it.
  if (doneCount < 2) return { doneCount: 0, shown: steps.slice(0, MOST_LINES) }
  return { doneCount, shown: steps.slice(doneCount, doneCount + MOST_LINES - 1) }
}
