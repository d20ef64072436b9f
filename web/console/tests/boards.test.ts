import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { drawBoard } from '@/api/boards'
import { countOf, sumLines, tellDone, tellUsed, waitsLong } from '@/domain/board'
import { isOnline } from '@/domain/formValues'
import { tellDays } from '@/domain/works'
import { chooseQueue } from '@/stores/queues'
import BoardView from '@/views/BoardView.vue'

vi.mock('@/api/boards')
vi.mock('vue-router', () => ({ useRouter: () => ({ push: vi.fn() }) }))

const queue = (key: 'accept' | 'assign' | 'reply' | 'alarm', count: number) => ({ key, name: key, count, urgent: false })

describe('boards and works', () => {
  it('sums the lines and finds a family', () => {
    const line = { open: 3, overdue: 1, today: 0, urged: 2, families: [{ key: 'accept', count: 2 }] }
    expect(sumLines([line, line])).toEqual({ open: 6, overdue: 2, today: 0, urged: 4 })
    expect([countOf(line, 'accept'), countOf(line, 'review')]).toEqual([2, 0])
  })

  it('tells how much of the limits is used', () => {
    expect(tellUsed(0.4)).toEqual({ text: '平均用掉时限的 40%', level: '' })
    expect(tellUsed(0.7).level).toBe('amber')
    expect(tellUsed(1.2)).toEqual({ text: '平均用时是时限的 1.2 倍', level: 'red' })
    expect(tellUsed(23).text).toBe('平均用时是时限的 23 倍')
    expect(tellUsed(1.03).text).toBe('平均用时是时限的 1.1 倍')
  })

  it('counts what was finished as steps, and says where the server stopped counting', () => {
    expect(tellDone([{ done: 5 }, { done: 7 }])).toBe('12')
    expect(tellDone([{ done: 91 }, { done: 200 }])).toBe('291+')
  })

  it('marks what waits for more than three days', () => {
    const now = new Date('2026-11-26T10:00:00+08:00')
    expect(waitsLong('2026-11-24T10:00:00+08:00', now)).toBe(false)
    expect(waitsLong('2026-11-23T09:00:00+08:00', now)).toBe(true)
  })

  it('counts the working days of works', () => {
    const works = { limit_days: 10, used_days: 6, left_days: 4, works_overdue: false, waits_for: 'others' as const }
    expect(tellDays(works)).toEqual({ text: '剩 4 个工作日', level: 'calm', share: 0.6 })
    expect(tellDays({ ...works, left_days: 3 }).level).toBe('amber')
    expect(tellDays({ ...works, left_days: 0, used_days: 10 }).text).toBe('今天到期')
    expect(tellDays({ ...works, left_days: -2, works_overdue: true })).toEqual({ text: '超 2 个工作日', level: 'red', share: 1 })
    // While the customer is waited for, nobody here is late.
    expect(tellDays({ ...works, left_days: -2, works_overdue: true, waits_for: 'customer' }).level).toBe('amber')
  })

  it('opens a lead on the cases to assign, anybody else where there is something', () => {
    const known = [queue('accept', 4), queue('assign', 2), queue('reply', 1)]
    expect(chooseQueue(known, true)).toBe('assign')
    expect(chooseQueue(known, false)).toBe('accept')
    expect(chooseQueue([queue('accept', 0), queue('reply', 1)], true)).toBe('reply')
    // Nobody lands where nothing waits while something does elsewhere.
    expect(chooseQueue([queue('accept', 4), queue('assign', 0)], true)).toBe('accept')
    expect(chooseQueue([], true)).toBe('')
    // Nobody who may take an alarm begins elsewhere while one waits.
    expect(chooseQueue([...known, queue('alarm', 1)], true)).toBe('alarm')
    expect(chooseQueue([...known, queue('alarm', 0)], true)).toBe('assign')
  })

  it('marks only the channels that are not online', () => {
    expect(['online', 'h5', 'mini'].every(isOnline)).toBe(true)
    expect(['hotline', 'counter', 'field', 'municipal'].some(isOnline)).toBe(false)
  })

  it('says that it counts steps, and that the own queue counts something else', async () => {
    setActivePinia(createPinia())
    vi.mocked(drawBoard).mockResolvedValue({ at: '2026-11-26T10:00:00+08:00', families: [], lines: [] })
    const board = mount(BoardView, { global: { stubs: { ExportButton: true, StateBox: true } } })
    await flushPromises()
    expect(board.get('.head').text()).toContain('一件办件有几个环节开着就数几次')
    expect(board.get('.head').text()).toContain('“已超期”只数您自己队列里的，两个数可以不一样')
  })
})
