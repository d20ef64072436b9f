import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { answerExtension } from '@/api/teamwork'
import type { PendingExtension, StaffCaseView } from '@/api/types'
import RowMarks from '@/components/RowMarks.vue'
import ForwardedParts from '@/components/case/ForwardedParts.vue'
import ExtensionBanner from '@/components/case/ExtensionBanner.vue'
import { listArrangements, listExtendable } from '@/domain/arranging'
import { toMoment } from '@/domain/dates'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/teamwork')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

const ASKED: PendingExtension = {
  id: 4, task: 2, step_name: '委派', asked_by: '王芳', asked_at: '2031-06-02T09:00:00+08:00', due_before: '2031-06-03T09:00:00+08:00',
  due_at: '2031-06-09T17:30:00+08:00', reason: '配件未到', may_answer: true, may_withdraw: false,
}
const task = (no: number, may_extend: boolean) => ({ no, step: 'assign', name: '委派', queue: null, party_name: '客户服务部门', due_at: '2031-06-03T09:00:00+08:00', attended_by: [], in_one_go: false, may_extend })

beforeEach(() => setActivePinia(createPinia()))

function show(more: Partial<PendingExtension>) {
  const open = useOpenCase()
  open.caseNo = '26110001'
  return mount(ExtensionBanner, { props: { asked: { ...ASKED, ...more } } })
}

it('offers more time only for a step for which nobody has asked yet', () => {
  const open_tasks = [task(1, false), task(2, true)]
  expect(listExtendable({ open_tasks, extension: null }).map((one) => one.no)).toEqual([2])
  const nobody = { team: { handler: null, co_handlers: [], may_arrange: false }, part: null, status: 'open' as const, may_book: false, appointment: null, forwarding: { may_forward: false, parts: [] } }
  expect(listArrangements({ ...nobody, open_tasks, extension: null })).toEqual([{ key: 'extension', name: '申请延期' }])
  expect(listArrangements({ ...nobody, open_tasks, extension: ASKED })).toEqual([])
  expect(toMoment('2031-06-09', '17:30')).toBe(ASKED.due_at)
})

it('lets who leads agree with one press and shows the case as it is then', async () => {
  vi.mocked(answerExtension).mockResolvedValue({ case_no: '26110001', extension: null, form: { sections: [] }, reviews: {} } as unknown as StaffCaseView)
  const banner = show({})
  expect(banner.text()).toContain('王芳申请延期')
  await banner.findAll('button')[0]!.trigger('click')
  await flushPromises()
  expect(answerExtension).toHaveBeenCalledWith('26110001', 4, 'approve', '')
  expect(useOpenCase().view?.extension).toBeNull()
})

it('asks for a reason before it says no', async () => {
  const banner = show({})
  await banner.findAll('button')[1]!.trigger('click')
  expect(banner.find('button[type=submit]').attributes('disabled')).toBeDefined()
  await banner.find('input').setValue('库房有货')
  await banner.find('form').trigger('submit')
  expect(answerExtension).toHaveBeenLastCalledWith('26110001', 4, 'refuse', '库房有货')
})

it('leaves who asked the way back, and nobody a way past a broken limit', () => {
  const own = show({ may_answer: false, may_withdraw: true })
  expect(own.findAll('button').map((one) => one.text())).toEqual(['收回申请'])
  const late = show({ due_before: '2001-06-03T09:00:00+08:00' })
  expect(late.text()).toContain('不能再同意')
  expect(late.findAll('button').map((one) => one.text())).toEqual(['不同意'])
})

it('offers the handler helpers, a colleague and photos, a helper photos alone', () => {
  const keys = (may_arrange: boolean, part: StaffCaseView['part'], status: StaffCaseView['status'] = 'open') =>
    listArrangements({ open_tasks: [], extension: null, team: { handler: null, co_handlers: [], may_arrange }, part, status, may_book: false, appointment: null, forwarding: { may_forward: false, parts: [] } }).map((one) => one.key)
  expect(keys(true, 'handler')).toEqual(['photos', 'coHandlers', 'forward'])
  expect(keys(false, 'co_handler')).toEqual(['photos'])
  expect(keys(false, 'handler', 'completed')).toEqual([])
})

it('offers other departments only while something can be forwarded', () => {
  const view = { open_tasks: [], extension: null, team: { handler: null, co_handlers: [], may_arrange: false }, part: null, status: 'open' as const, may_book: false, appointment: null }
  expect(listArrangements({ ...view, forwarding: { may_forward: true, parts: [] } })).toEqual([{ key: 'department', name: '转部门协办' }])
})

it('shows the handler all parts with their answers, and a department its own alone', () => {
  const part = { case_no: '26110002', name: '工程管理部门', reason: '客户要移表', by: '张伟', at: '2031-06-02T09:00:00+08:00', due_at: '2031-06-05T09:00:00+08:00', state: 'open' as const, answer: null, answered_by: null }
  const parts = [{ ...part, case_no: '26110003', name: '财务资产部', state: 'answered' as const, due_at: null, answer: '已退费', answered_by: '钱会计' }, part]
  const tell = (case_no: string) => mount(ForwardedParts, { props: { view: { case_no, forwarding: { may_forward: false, parts } } as unknown as StaffCaseView } }).text()
  expect(tell('26110001')).toContain('转财务资产部协办')
  expect(tell('26110001')).toContain('钱会计答复：已退费')
  expect(tell('26110001')).toMatch(/转工程管理部门协办.*等答复/s)
  expect(tell('26110002')).toContain('张伟转来的')
  expect(tell('26110002')).not.toContain('已退费')
})

it('marks what is done for somebody else', () => {
  const row = { handler_name: '王芳', is_alarm: false, mark: null, urged_times: 0, objected_papers: [], returned_times: 0, channel: '' }
  const tell = (part: StaffCaseView['part']) => mount(RowMarks, { props: { row: { ...row, part } as unknown as StaffCaseView } }).text()
  expect([tell('deputy'), tell('co_handler'), tell('handler')]).toEqual(['代 王芳', '协办', ''])
})
