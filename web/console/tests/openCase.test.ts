import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import type { StaffCaseView } from '@/api/types'

const getCase = vi.fn((caseNo: string) => Promise.resolve({ case_no: caseNo, version: 1, reviews: {} } as unknown as StaffCaseView))
const saveReviews = vi.fn(() => Promise.resolve())
vi.mock('@/api/cases', () => ({ getCase: (caseNo: string) => getCase(caseNo), saveReviews: (...given: []) => saveReviews(...given), sendCommand: vi.fn() }))
vi.mock('@/api/realtime', () => ({ hints: { watchCases: vi.fn() } }))
const { hints } = await import('@/api/realtime')
const { useOpenCase } = await import('@/stores/openCase')

beforeEach(() => {
  setActivePinia(createPinia())
  saveReviews.mockClear()
})

it('keeps what was begun at a case until one comes back to it', async () => {
  const open = useOpenCase()
  await open.open('A')
  open.draft.result = '换了胶管'
  await open.open(null)
  await open.open('B')
  expect(open.draft.result).toBe('')
  await open.open('A')
  expect(open.draft.result).toBe('换了胶管')
})

it('shows on what was shown on the alarm screen, and only of that case', async () => {
  const open = useOpenCase()
  open.carry('A', { phone: '13812340000' })
  await open.open('A')
  expect(open.revealed).toEqual({ phone: '13812340000' })
  await open.open('B')
  expect(open.revealed).toEqual({})
})

it('saves a rejection no sooner than it has its reason', async () => {
  const open = useOpenCase()
  await open.open('A')
  open.setMarks({ id_number: { verdict: 'reject', reason: '' } })
  await open.flushMarks()
  expect(saveReviews).not.toHaveBeenCalled()
  open.setMarks({ id_number: { verdict: 'reject', reason: '少一位' } })
  await open.flushMarks()
  expect(saveReviews).toHaveBeenCalledWith('A', { id_number: { verdict: 'reject', reason: '少一位' } })
})

it('sees the answer of another department, which changes the application and not the order itself', async () => {
  const order = (state: string) =>
    ({ case_no: 'B', application_no: 'A', version: 1, form: { sections: [] }, reviews: {}, actions: [{ unmet: state === 'open' ? 'forward_unanswered' : null }], forwarding: { parts: [{ state }] } }) as unknown as StaffCaseView
  getCase.mockResolvedValueOnce(order('open')).mockResolvedValueOnce(order('answered'))
  const open = useOpenCase()
  await open.open('B')
  expect(hints.watchCases).toHaveBeenLastCalledWith(['B', 'A'])
  await open.check()
  expect(open.newerVersion).toBe(false)
  expect(open.view?.forwarding.parts[0]?.state).toBe('answered')
  expect(open.view?.actions[0]?.unmet).toBeNull()
})
