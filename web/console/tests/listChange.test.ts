import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { getCase, listCases } from '@/api/cases'
import type { StaffCaseRow, StaffCaseView } from '@/api/types'
import { useListChange } from '@/domain/listChange'
import { useCaseList } from '@/stores/caseList'
import { useOpenCase } from '@/stores/openCase'
import { usePreferences } from '@/stores/preferences'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

const give = (...numbers: string[]) =>
  vi.mocked(listCases).mockResolvedValue({ items: numbers.map((one) => ({ case_no: one }) as StaffCaseRow), next: null, elsewhere: null })

beforeEach(() => {
  setActivePinia(createPinia())
  vi.mocked(getCase).mockImplementation((caseNo) => Promise.resolve({ case_no: caseNo, reviews: {} } as unknown as StaffCaseView))
})

/** The work page with case 2 of the queue to accept open. */
async function begin() {
  const [list, open, { kept }] = [useCaseList(), useOpenCase(), usePreferences()]
  const close = vi.fn()
  kept.queue = 'accept'
  const start = effectScope().run(() => useListChange(close))!
  give('1', '2')
  await list.reload()
  await open.open('2')
  start()
  return { list, open, kept, close }
}

it('closes a case that is not in the list for which the person asks', async () => {
  const { list, kept, close } = await begin()
  kept.queue = 'review'
  give('2', '3')
  await list.reload()
  expect(close).not.toHaveBeenCalled()
  list.search = '阳光'
  give('7')
  await list.reload()
  expect(close).toHaveBeenCalledOnce()
})

it('leaves it while the same list is read or sorted anew, and at the beginning', async () => {
  const { list, kept, close } = await begin()
  give('1')
  await list.refresh()
  kept.sort = 'newest'
  await list.reload()
  expect(close).not.toHaveBeenCalled()
})

it('leaves the queue that the page itself picked for the address of a case', async () => {
  const { list, kept, open } = await begin()
  const close = vi.fn()
  const start = effectScope().run(() => useListChange(close))!
  await open.open('9')
  kept.queue = 'review'
  const read = list.reload()
  start()
  await read
  expect(close).not.toHaveBeenCalled()
})

it('leaves a case at which something was typed', async () => {
  const { list, kept, open, close } = await begin()
  open.draft.result = '换了胶管'
  kept.service = 'repair'
  give('7')
  await list.reload()
  expect(close).not.toHaveBeenCalled()
  open.draft.result = ''
  open.isWriting = true
  kept.service = ''
  await list.reload()
  expect(close).not.toHaveBeenCalled()
})
