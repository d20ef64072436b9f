import { describe, expect, it } from 'vitest'
import type { ProgressStep } from '@/api/types'
import { foldSteps } from '@/forms/folding'

const STATES = { d: 'done', n: 'now', x: 'next', s: 'stopped' } as const

/** Steps with a letter for each state. */
function make(line: string): ProgressStep[] {
  return [...line].map((one, at) => ({
    key: `${at}`, name: `${at}`, text: '', state: STATES[one as keyof typeof STATES], at: null, due_at: null, due_text: null,
    handler: null, overdue: false,
  }))
}

describe('a long progress', () => {
  it.each([
    ['nxxx', 0, '0123'],
    ['nxxxxxxxxxxx', 0, '01234'],
    ['dnxxxxxxxxxx', 0, '01234'],
    ['ddddddnxxxxxx', 6, '6789'],
    ['ddddddddddddn', 12, '12'],
    ['ddddddds', 7, '7'],
    // One that was left open while others went on is never folded away.
    ['dddnddnxxx', 3, '3456'],
    ['dddddddd', 7, '7'],
    ['ddddd', 0, '01234'],
  ])('%s', (line, doneCount, shown) => {
    const folded = foldSteps(make(line))
    expect([folded.doneCount, folded.shown.map((one) => one.key).join('')]).toEqual([doneCount, shown])
  })
})
