import { expect, it } from 'vitest'
import type { QueueView, StaffCaseView } from '@/api/types'
import { findQueue, tellCount } from '@/stores/queues'

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
