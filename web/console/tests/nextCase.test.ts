import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { getCase, listCases, sendCommand } from '@/api/cases'
import type { CommandBody, StaffCaseRow, StaffCaseView } from '@/api/types'
import { tellCase } from '@/domain/contact'
import { useCaseList } from '@/stores/caseList'
import { useOpenCase } from '@/stores/openCase'
import { usePreferences } from '@/stores/preferences'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

const row = (caseNo: string) => ({ case_no: caseNo }) as StaffCaseRow
const view = (caseNo: string) => ({ case_no: caseNo, form: { sections: [] }, reviews: {} }) as unknown as StaffCaseView

beforeEach(() => setActivePinia(createPinia()))

describe('the next case', () => {
  async function list(queue: string, ...numbers: string[]) {
    vi.mocked(listCases).mockResolvedValue({ items: numbers.map(row), next: null, elsewhere: null })
    usePreferences().kept.queue = queue
    const found = useCaseList()
    await found.reload()
    return found
  }

  it('is the one after it in the queue, at the end the one before it', async () => {
    expect((await list('accept', '1', '2', '3')).takeOut('2', 'accept')).toBe('3')
    expect((await list('accept', '1', '2')).takeOut('2', 'accept')).toBe('1')
  })

  it('is one at which the reader can do something, and another\'s only where there is none', async () => {
    const found = await list('unit', '1', '2', '3', '4')
    const turn = (...turns: StaffCaseRow['waits_for'][]) => turns.forEach((waits_for, at) => Object.assign(found.rows[at]!, { waits_for }))
    turn('you', 'you', 'others', 'customer')
    expect(found.takeOut('2', 'unit')).toBe('4')
    turn('you', 'others', 'others')
    expect(found.takeOut('3', 'unit')).toBe('1')
    turn('others', 'others')
    expect(found.takeOut('1', 'unit')).toBe('4')
  })

  it('is none once the queue is empty', async () => {
    const found = await list('accept', '1')
    expect(found.takeOut('1', 'accept')).toBeNull()
    expect(found.rows).toEqual([])
  })

  it('is still of the queue where a look at it has taken the row away already', async () => {
    expect((await list('accept', '1', '2')).takeOut('9', 'accept')).toBe('1')
  })

  it('never comes from another queue than the one from which one came', async () => {
    expect((await list('review', '1', '2')).takeOut('9', 'accept')).toBeNull()
    expect((await list('review', '1', '2')).takeOut('1', 'accept')).toBeNull()
  })

  it('is none for who came by an address, unless the case stands in the queue', async () => {
    expect((await list('accept', '1', '2')).takeOut('9', null)).toBeNull()
    expect((await list('accept', '1', '2')).takeOut('1', null)).toBe('2')
  })

  it('is none in a search over all queues', async () => {
    const found = await list('accept', '1', '2')
    found.search = '阳光'
    expect(found.takeOut('1', found.origin)).toBeNull()
  })
})

describe('the buttons', () => {
  it('rest for half a second after something was done, and longer than a slow double click once the next case is there', async () => {
    vi.useFakeTimers()
    try {
      vi.mocked(sendCommand).mockImplementation((caseNo) => Promise.resolve(view(caseNo)))
      vi.mocked(getCase).mockImplementation((caseNo) => Promise.resolve(view(caseNo)))
      const open = useOpenCase()
      await open.open('1')
      expect(open.resting).toBe(false)
      await open.perform({} as CommandBody)
      expect(open.resting).toBe(true)
      // The next case takes longer to come than the rest lasts.
      vi.mocked(getCase).mockImplementation((caseNo) => new Promise((done) => setTimeout(() => done(view(caseNo)), 2000)))
      const opened = open.open('2')
      await vi.advanceTimersByTimeAsync(1990)
      expect(open.resting).toBe(false)
      await vi.advanceTimersByTimeAsync(10)
      await opened
      expect(open.resting).toBe(true)
      await vi.advanceTimersByTimeAsync(950)
      expect(open.resting).toBe(true)
      await vi.advanceTimersByTimeAsync(50)
      expect(open.resting).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('do not rest where somebody just looks from case to case', async () => {
    vi.mocked(getCase).mockImplementation((caseNo) => Promise.resolve(view(caseNo)))
    const open = useOpenCase()
    await open.open('1')
    await open.open('2')
    expect(open.resting).toBe(false)
  })
})

it("tells a case by its service, its customer and the end of the application's number", () => {
  const told = { case_no: '261126100123317', application_no: '261126100123456', service_name: '报修', customer: { name: '李*', phone: '', masked: true } }
  expect(tellCase(told as StaffCaseView)).toBe('报修 · 李* · 尾号 3456')
})
