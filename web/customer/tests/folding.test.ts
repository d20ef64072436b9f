import { describe, expect, it } from 'vitest'
import type { ProgressStep } from '@/api/types'
import { foldSteps } from '@/forms/folding'

const STATES = { d: 'done', n: 'now', x: 'next', s: 'stopped' } as const

/** Steps with a letter for each state. */
function make(line: string): ProgressStep[] {
  return [...line].map((one, at) => ({
    key: at.toString(36).toUpperCase(), name: `${at}`, text: '', state: STATES[one as keyof typeof STATES], at: null, due_at: null, due_text: null,
    handler: null, overdue: false,
  }))
}

describe('a long progress', () => {
  it.each([
    ['nxxx', 0, '0123'],
    ['nxxxxxxxxxxx', 0, '01234'],
    ['dnxxxxxxxxxx', 0, '01234'],
    ['ddddddnxxxxxx', 6, '6789'],
    ['ddddddddddddn', 12, 'C'],
    ['ddddddds', 7, '7'],
    // One that was left open while others went on is never folded away.
    ['dddnddnxxx', 3, '3456'],
    ['dddddddd', 7, '7'],
    // After a way back: the collection was ended, the gas is read anew, and what follows is to be seen.
    ['dddsdnxxx', 4, '5678'],
    ['dddsdddn', 6, '7'],
    ['dddsddddn', 7, '8'],
    ['dddsdddnx', 6, '78'],
    ['snxxxxx', 0, '01234'],
    // Why the one before it stopped is told with the present step.
    ['ddddsnxx', 4, '4567'],
    ['ddddssnxx', 4, '5678'],
    ['dddsdddd', 6, '7'],
    // What was open when it was stopped.
    ['dddddsss', 5, '567'],
    // Two go on at once, far apart.
    ['dddnddddddnxxx', 9, '3ABC'],
    ['dddnnnnnxx', 3, '345678'],
    ['ddddd', 0, '01234'],
  ])('%s', (line, doneCount, shown) => {
    const folded = foldSteps(make(line))
    expect([folded.doneCount, folded.shown.map((one) => one.key).join('')]).toEqual([doneCount, shown])
  })
})
