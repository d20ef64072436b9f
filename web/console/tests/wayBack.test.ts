import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { reactive, type VNode } from 'vue'
import { getCase, listCases, listQueues } from '@/api/cases'
import type { StaffCaseRow, StaffCaseView } from '@/api/types'
import CasePane from '@/components/case/CasePane.vue'
import { useOpenCase } from '@/stores/openCase'
import { usePreferences } from '@/stores/preferences'
import WorkView from '@/views/WorkView.vue'

const route = vi.hoisted(() => ({ params: {} as { caseNo?: string } }))
const toast = vi.hoisted(() => ({ success: vi.fn(), close: vi.fn() }))
vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { listen: () => () => undefined, watchCases: () => undefined } }))
vi.mock('element-plus/es/components/message/index', () => ({ ElMessage: toast }))
vi.mock('vue-router', async () => {
  const { reactive } = await import('vue')
  const shown = reactive(route)
  const go = (to: { params: object }) => Promise.resolve(void (shown.params = to.params))
  return { useRoute: () => shown, useRouter: () => ({ push: go, replace: go }) }
})

const view = { case_no: '1', reviews: {}, is_alarm: false, actions: [{ kind: 'complete' }], open_tasks: [], customer: { name: '张' }, service_name: '报修', application_no: '20260001', values: {} } as unknown as StaffCaseView

beforeEach(() => {
  setActivePinia(createPinia())
  vi.clearAllMocks()
  reactive(route).params = { caseNo: '1' }
  toast.success.mockReturnValue({ close: toast.close })
  vi.mocked(listQueues).mockResolvedValue({ items: [{ key: 'accept', name: '待受理', count: 2, urgent: false }] })
  vi.mocked(listCases).mockResolvedValue({ items: ['1', '2'].map((case_no) => ({ case_no }) as StaffCaseRow), next: null, elsewhere: null })
  vi.mocked(getCase).mockResolvedValue(view)
})

async function finish(staysOnCase: boolean): Promise<{ work: VueWrapper; said: string }> {
  Object.assign(usePreferences().kept, { queue: 'accept', staysOnCase })
  const work = mount(WorkView, { shallow: true })
  await flushPromises()
  work.getComponent(CasePane).vm.$emit('done', view, '受理')
  await flushPromises()
  const { message } = toast.success.mock.calls[0]![0] as { message: VNode }
  const parts = message.children as (string | VNode | null)[]
  return { work, said: parts.map((one) => (typeof one === 'string' ? one : (one?.children ?? ''))).join() }
}

it('offers the way back to a case once another one is shown, until one is there again', async () => {
  const { work, said } = await finish(false)
  expect(said).toContain('已办：受理')
  expect(said).toContain('回到这一件')
  expect(route.params.caseNo).toBe('2')
  toast.close.mockClear()
  reactive(route).params = { caseNo: '1' }
  await flushPromises()
  expect(toast.close).toHaveBeenCalledOnce()
  work.unmount()
})

it('keeps the way back above the list when the message is gone, until one is there or something else is done', async () => {
  const { work } = await finish(false)
  expect(work.text()).not.toContain('刚办')
  const { onClose } = toast.success.mock.calls[0]![0] as { onClose: () => void }
  onClose()
  await flushPromises()
  expect(work.get('.way-back').text()).toContain('刚办：受理')
  await work.get('.way-back button').trigger('click')
  await flushPromises()
  expect(route.params.caseNo).toBe('1')
  expect(work.find('.way-back').exists()).toBe(false)
  work.unmount()
})

it('says what the caller is to be told, once its time has begun', async () => {
  const work = mount(WorkView, { shallow: true })
  await flushPromises()
  const promise = (due_at: string | null) => ({ within: '3 小时', due_at, answered_at: null, kept: null, is_open: true })
  useOpenCase().left = { task: 1, open_tasks: [], promise: promise(null) }
  const next = { ...view, channel: 'hotline', promise: promise('2026-11-26T10:05:00+08:00') }
  work.getComponent(CasePane).vm.$emit('done', next as unknown as StaffCaseView, '没有其他诉求')
  await flushPromises()
  const { message } = toast.success.mock.calls[0]![0] as { message: VNode }
  expect((message.children as VNode[])[0]!.children).toMatch(/^已派单，答应来电人 .*10:05 前答复。$/)
  work.unmount()
})

it('offers no way back to the case on which one stays', async () => {
  const { work, said } = await finish(true)
  expect(said).toContain('已办：受理')
  expect(said).not.toContain('回到这一件')
  expect(route.params.caseNo).toBe('1')
  work.unmount()
})

it('stays where the next step of the same call is in hand', async () => {
  const work = mount(WorkView, { shallow: true })
  await flushPromises()
  useOpenCase().left = { task: 1, open_tasks: [{ no: 1, queue: 'close', in_one_go: false }] }
  const next = { ...view, actions: [{ kind: 'complete', task: 2 }], open_tasks: [{ no: 2, queue: 'close', due_at: '2026-11-26T10:05:00+08:00' }] }
  work.getComponent(CasePane).vm.$emit('done', next as unknown as StaffCaseView, '已接通')
  await flushPromises()
  expect(route.params.caseNo).toBe('1')
  work.unmount()
})
