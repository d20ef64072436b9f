import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Component } from 'vue'
import { listCases } from '@/api/cases'
import { Problem } from '@/api/client'
import { listFailedJobs, listUnknownSends } from '@/api/operations'
import CaseList from '@/components/CaseList.vue'
import { useCaseList } from '@/stores/caseList'
import FailedJobsView from '@/views/FailedJobsView.vue'
import UnknownSendsView from '@/views/UnknownSendsView.vue'

vi.mock('@/api/cases')
vi.mock('@/api/operations')
vi.stubGlobal('IntersectionObserver', class { observe(): void {} disconnect(): void {} })

const SENTENCE = '服务正忙，请过一会儿再试。'
const busy = () => Promise.reject(new Problem(503, { code: 'busy', title: SENTENCE }))

/** An answer that comes when it is let go. */
function holdBack() {
  let letGo = (): void => undefined
  const held = new Promise((resolve) => (letGo = () => resolve({ items: [], next: null })))
  return { answer: () => held, letGo: () => letGo() }
}

interface Listed {
  view: Component
  /** What the list is asked for by; the first question is put by the page, or by its store. */
  ask: ReturnType<typeof vi.fn>
  start: () => void
  props: object
  empty: string
}

const LISTS: [string, Listed][] = [
  ['failed jobs', { view: FailedJobsView, ask: vi.mocked(listFailedJobs), start: () => undefined, props: {}, empty: '没有失败的任务，一切正常。' }],
  ['unknown sends', { view: UnknownSendsView, ask: vi.mocked(listUnknownSends), start: () => undefined, props: {}, empty: '没有要核实的发送' }],
  ['cases', { view: CaseList, ask: vi.mocked(listCases), start: () => void useCaseList().reload(), props: { current: null, wide: false }, empty: '这里没有您能看的办件。' }],
]

beforeEach(() => setActivePinia(createPinia()))

describe.each(LISTS)('the list of %s', (_, { view, ask, start, props, empty }) => {
  it('says that it is loading, that it could not be had and how to go on, and that it is empty', async () => {
    ask.mockImplementation(busy)
    start()
    const page = mount(view, { props })
    expect(page.get('[role=status]').text()).toBe('正在加载')
    await flushPromises()
    const failed = page.get('[role=alert]')
    expect(failed.text()).toContain(SENTENCE)
    expect(page.find('[role=status]').exists()).toBe(false)

    const { answer, letGo } = holdBack()
    ask.mockImplementation(answer)
    const retry = failed.get('button')
    expect(retry.text()).toBe('重试')
    await retry.trigger('click')
    expect(page.get('[role=status]').text()).toBe('正在加载')
    letGo()
    await flushPromises()
    expect(page.find('[role=alert]').exists()).toBe(false)
    expect(page.get('[role=status]').text()).toContain(empty)
    page.unmount()
  })
})

describe('a failed job', () => {
  const job = { id: 7, queue: 'messages', what: '通知客户', failed_at: '2026-11-24T02:00:00+00:00', error: 'TimeoutError', attempts: 5 }

  it('stays where it could not be tried again', async () => {
    const { retryJob } = await import('@/api/operations')
    vi.mocked(listFailedJobs).mockResolvedValue({ items: [job], next: null } as never)
    vi.mocked(retryJob).mockImplementation(busy)
    const page = mount(FailedJobsView)
    await flushPromises()
    await page.get('[aria-label="再试一次：通知客户"]').trigger('click')
    await flushPromises()
    expect(page.findAll('tbody tr')).toHaveLength(1)
    vi.mocked(retryJob).mockResolvedValue(undefined)
    await page.get('[aria-label="再试一次：通知客户"]').trigger('click')
    await flushPromises()
    expect(page.findAll('tbody tr')).toHaveLength(0)
    page.unmount()
  })
})
