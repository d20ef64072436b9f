import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import CaseHeader from '@/components/case/CaseHeader.vue'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

function read(more: object): string {
  setActivePinia(createPinia())
  const view = {
    case_no: '3317', application_no: '4884', service_name: '报修', step_name: '现场查看', status: 'open', is_alarm: false, returned_times: 0, objected_papers: [],
    due_at: null, overdue: false, time_left: null, limit_until: null, promise: null, place: '', unit_name: '东城', opened_at: '2026-11-24T09:00:00+08:00',
    handler_name: null, appointment: { text: '11月27日 09:00' }, visit: { made_at: null }, child: null, parent_case_no: null,
    customer: { name: '李*', phone: '' }, form: { sections: [] }, masked_items: [], open_tasks: [], extension: null, team: { handler: null, co_handlers: [], may_arrange: false }, part: null, may_book: false, forwarding: { may_forward: false, parts: [] }, ...more,
  }
  useOpenCase().view = view as unknown as StaffCaseView
  const header = mount(CaseHeader, { global: { stubs: { RouterLink: true } } })
  const text = header.text()
  header.unmount()
  return text
}

it("names the application's number and the hour that is to come", () => {
  const text = read({})
  expect(text).toContain('上门 11月27日 09:00')
  expect(text).toContain('4884工单 3317')
  expect(text).toContain('不限时')
})

it('tells a visit that was made as past', () => {
  const text = read({ visit: { made_at: '2026-11-26T22:59:00+08:00' } })
  expect(text).toMatch(/已上门 .*11月26日.* 22:59/)
  expect(text).not.toContain('11月27日')
})

it('shows neither clock nor coming visit once the case has ended', () => {
  const text = read({ status: 'withdrawn', step_name: '已撤回' })
  expect(text).toContain('已撤回')
  expect(text).not.toMatch(/不限时|上门/)
})

it('tells until when the whole works are to be done', () => {
  const works_due_at = '2026-12-04T17:30:00+08:00'
  expect(read({})).not.toContain('完工期限')
  expect(read({ works_due_at, works_overdue: false })).toMatch(/规定完工期限 .*12月4日/)
  // What the customer is told is another day, and says whose it is.
  expect(read({ works_due_at, promised_end: '12月10日 周四 竣工' })).toContain('联络单 12月10日 周四 竣工')
  expect(read({ works_due_at, works_overdue: true })).toContain('，已超期')
})

it('says that it is the fee of a business and not that business', () => {
  expect(read({ service_name: '报停、销户', order_name: '收费', step_name: '受理申请' })).toContain('收费 · 报停、销户')
  expect(read({ order_name: null })).toContain('报修')
})
