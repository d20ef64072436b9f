import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { getFee, sendCommand } from '@/api/cases'
import type { StaffCaseView } from '@/api/types'
import ActionBar from '@/components/action/ActionBar.vue'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
const push = vi.fn()
vi.mock('vue-router', () => ({ useRouter: () => ({ push }) }))
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

it('takes neither click nor key while it rests', async () => {
  setActivePinia(createPinia())
  const action = {
    kind: 'complete', task: 1, step: 'accept', outcome: 'accept', name: '受理', asks: [], demands: [], unmet: null,
    needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false,
  }
  const form = { sections: [] }
  const view = { case_no: '1', version: 1, actions: [action], open_tasks: [], demands: [], documents: [], reviews: {}, values: {}, form, changed_items: [], owed_documents: [], may_be_owed: [], corrections: [] }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(sendCommand).mockResolvedValue(open.view)
  const bar = mount(ActionBar)
  const press = async () => {
    await bar.get('button').trigger('click')
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))
    await nextTick()
  }
  open.resting = true
  await nextTick()
  expect(bar.get('button').attributes('disabled')).toBeDefined()
  await press()
  expect(sendCommand).not.toHaveBeenCalled()
  open.resting = false
  await nextTick()
  // A key that is still held down from the case before does nothing to this one.
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', repeat: true }))
  await nextTick()
  expect(sendCommand).not.toHaveBeenCalled()
  await press()
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
  bar.unmount()
})

it('asks once before what was returned is passed without a mark, and not once it has one', async () => {
  setActivePinia(createPinia())
  vi.mocked(sendCommand).mockReset()
  const action = (outcome: string, needs_corrections: boolean) => ({
    kind: 'complete', task: 1, step: 'review', outcome, name: outcome, asks: [], demands: [], unmet: null, needs_reason: false, reason_label: null, needs_corrections, needs_owed_documents: false,
  })
  const form = { sections: [{ key: 's', title: '段', fields: [{ key: 'photo', label: '现场照片', type: 'text', personal: 'none' }] }] }
  const corrections = [{ item: 'photo', resolved: true }]
  const view = {
    case_no: '1', version: 1, actions: [action('pass', false), action('return', true)], open_tasks: [], demands: [], documents: [], reviews: {}, values: { photo: '新' }, form, changed_items: ['photo'], owed_documents: [], may_be_owed: [], corrections,
  }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(sendCommand).mockResolvedValue(open.view)
  const AppDialog = { template: '<div class="dialog"><slot /></div>' }
  const bar = mount(ActionBar, { global: { stubs: { AppDialog, ElButton: { template: '<button><slot /></button>' } } } })
  await bar.get('.act button').trigger('click')
  expect(bar.get('.dialog').text()).toContain('退回过的“现场照片”还没有看过标记，确定通过？')
  expect(sendCommand).not.toHaveBeenCalled()
  await bar.findAll('.dialog button')[0]!.trigger('click')
  expect(bar.find('.dialog').exists()).toBe(false)
  await bar.get('.act button').trigger('click')
  await bar.findAll('.dialog button')[1]!.trigger('click')
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
  await flushPromises()
  open.resting = false
  open.marks = { photo: { verdict: 'pass', reason: '' } }
  await nextTick()
  await bar.get('.act button').trigger('click')
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledTimes(2))
  expect(bar.find('.dialog').exists()).toBe(false)
  bar.unmount()
})

it('asks once before a passing that would never ask again for a document that may be owed', async () => {
  setActivePinia(createPinia())
  vi.mocked(sendCommand).mockReset()
  const action = (outcome: string, more: object = {}) => ({
    kind: 'complete', task: 1, step: 'review', outcome, name: outcome, asks: [], demands: [], unmet: null, needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false, ...more,
  })
  const actions = [action('审核通过'), action('容缺受理', { needs_owed_documents: true }), action('退回', { needs_corrections: true })]
  const form = { sections: [{ key: 's', title: '段', fields: [{ key: 'proof', label: '房产证明', type: 'documents', personal: 'none' }] }] }
  const view = { case_no: '1', version: 1, actions, open_tasks: [], demands: [], documents: [], reviews: {}, values: {}, form, changed_items: [], owed_documents: [], may_be_owed: ['proof'], corrections: [] }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(sendCommand).mockResolvedValue(open.view)
  const AppDialog = { template: '<div class="dialog"><slot /></div>' }
  const bar = mount(ActionBar, { global: { stubs: { AppDialog, ActionDialog: true, ElButton: { template: '<button><slot /></button>' } } } })
  await bar.findAll('.act button')[1]!.trigger('click')
  expect(bar.find('.dialog').exists()).toBe(false)
  await bar.get('.act button').trigger('click')
  expect(bar.get('.dialog').text()).toContain('“房产证明”客户还没有交')
  expect(sendCommand).not.toHaveBeenCalled()
  await bar.findAll('.dialog button')[0]!.trigger('click')
  await bar.get('.act button').trigger('click')
  await bar.findAll('.dialog button')[1]!.trigger('click')
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
  bar.unmount()
})

it('shows what is collected, and asks with the sum before the money is said to be there', async () => {
  setActivePinia(createPinia())
  vi.mocked(sendCommand).mockReset()
  vi.mocked(getFee).mockResolvedValue({ due_fen: 358_000, what: '安装费', until: null, basis: [{ label: '气价', text: '3 元/m³' }], received: [], is_cleared: false, is_taken: false, is_disputed: false, recorded: null })
  const action = {
    kind: 'complete', task: 3, step: 'counter', outcome: 'paid', name: '已收款', asks: [], demands: [], unmet: null, needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false, for_customer: false, not_yet: false,
  }
  const form = { sections: [] }
  const view = { case_no: '1', version: 1, actions: [action], open_tasks: [{ no: 3, queue: 'charge', attended_by: [] }], documents: [], objected_papers: ['气量核对单'], reviews: {}, values: {}, form, changed_items: [], owed_documents: [], may_be_owed: [], corrections: [] }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(sendCommand).mockResolvedValue(open.view)
  const AppDialog = { props: ['title'], template: '<div class="dialog">{{ title }}<slot /></div>' }
  const bar = mount(ActionBar, { global: { stubs: { AppDialog, ElButton: { template: '<button><slot /></button>' } } } })
  await flushPromises()
  expect(bar.get('.fee.disputed').text()).toBe('客户对“气量核对单”有异议，先核实再收。')
  expect(bar.get('.fee:not(.disputed)').text()).toContain('要收：安装费 3,580.00 元')
  expect(bar.get('.fee:not(.disputed)').text()).toContain('怎么来的：气价 3 元/m³')
  await bar.get('.act button').trigger('click')
  expect(bar.get('.dialog').text()).toContain('安装费 3,580.00 元，收到了吗？')
  expect(sendCommand).not.toHaveBeenCalled()
  await bar.findAll('.dialog button')[1]!.trigger('click')
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
  bar.unmount()
})

it('asks whether the customer is there, and goes on with the case in which the money is booked', async () => {
  setActivePinia(createPinia())
  vi.mocked(sendCommand).mockReset()
  const action = {
    kind: 'complete', task: 1, step: 'pay', outcome: 'paid', name: '柜台收费', asks: [], demands: [], unmet: null, needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false, for_customer: true, not_yet: false,
  }
  const form = { sections: [] }
  const view = { case_no: '1', version: 1, actions: [action], open_tasks: [], demands: [], reviews: {}, values: {}, form, changed_items: [], owed_documents: [], may_be_owed: [], corrections: [], child: null }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  const begun = { ...view, actions: [], child: { case_no: '2', your_step: '登记缴费', for_customer: false, overdue: false } }
  vi.mocked(sendCommand).mockResolvedValue(begun as unknown as StaffCaseView)
  const AppDialog = { template: '<div class="dialog"><slot /></div>' }
  const bar = mount(ActionBar, { global: { stubs: { AppDialog, ElButton: { template: '<button><slot /></button>' } } } })
  expect(bar.text()).toContain('正在等客户自己办。客户来到柜台时，您可以代办：柜台收费')
  await bar.get('.act button').trigger('click')
  expect(bar.get('.dialog').text()).toContain('客户在柜台时才点')
  expect(sendCommand).not.toHaveBeenCalled()
  await bar.findAll('.dialog button')[1]!.trigger('click')
  await vi.waitFor(() => expect(push).toHaveBeenCalledWith('/cases/2'))
  expect(sendCommand).toHaveBeenCalledOnce()
  expect(bar.emitted('done')).toBeUndefined()
  bar.unmount()
})

it('keeps what ends a case apart from all that is pressed in a row', () => {
  setActivePinia(createPinia())
  const action = (kind: string, outcome: string | null, name: string) => ({
    kind, task: 1, step: 'accept', outcome, name, asks: [], demands: [], unmet: null, needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false,
  })
  const actions = [action('complete', 'accept', '受理'), action('cancel', null, '终止办理')]
  const view = { case_no: '1', version: 1, actions, open_tasks: [], demands: [], documents: [], reviews: {}, values: {}, form: { sections: [] }, changed_items: [], owed_documents: [], may_be_owed: [], corrections: [] }
  useOpenCase().view = view as unknown as StaffCaseView
  const bar = mount(ActionBar)
  expect(bar.get('.usual').text()).toContain('受理')
  expect(bar.get('.usual').text()).not.toContain('终止办理')
  expect(bar.get('.grave').text()).toContain('终止办理')
  bar.unmount()
})
