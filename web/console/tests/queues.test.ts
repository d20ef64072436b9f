import { expect, it } from 'vitest'
import type { QueueView, StaffCaseView } from '@/api/types'
import { findQueue, landOn, listOthers, tellCount } from '@/stores/queues'

const known = (...keys: string[]) => keys.map((key) => ({ key }) as QueueView)
const at = (...queues: (string | null)[]) => ({ open_tasks: queues.map((queue) => ({ queue })) }) as StaffCaseView

it('finds the queue in which a case stands', () => {
  expect(findQueue(at('review'), known('accept', 'review', 'unit'))).toBe('review')
  expect(findQueue(at(null), known('mine', 'overdue'))).toBe('mine')
  expect(findQueue(at('assign'), known('accept', 'unit'))).toBe('unit')
  expect(findQueue(at(), known('accept', 'unit'))).toBeNull()
})

it.each([
  [0, '0'],
  [998, '998'],
  [999, '999'],
  [1000, '999+'],
])('tells a count of %i as %s', (count, told) => {
  expect(tellCount(count)).toBe(told)
})

const waiting = (key: string, count: number) => ({ key, name: key, count, urgent: false }) as QueueView

it('lands where something waits, and stays where one was as long as something is there', () => {
  const known = [waiting('alarm', 0), waiting('accept', 0), waiting('close', 1)]
  expect(landOn('accept', known, false)).toBe('close')
  expect(landOn('', known, true)).toBe('close')
  expect(landOn('close', [waiting('accept', 3), waiting('close', 1)], false)).toBe('close')
  // Nothing waits anywhere: nobody is taken from the list that they look at.
  expect(landOn('close', [waiting('accept', 0), waiting('close', 0)], false)).toBe('close')
  expect(landOn('close', [waiting('alarm', 1), waiting('close', 1)], false)).toBe('alarm')
})

it('names the other queues in which something waits', () => {
  expect(listOthers('accept', [waiting('accept', 0), waiting('review', 0), waiting('close', 1)]).map((one) => one.key)).toEqual(['close'])
})
