import { flushPromises, shallowMount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { getCase, listCases } from '@/api/cases'
import type { StaffCaseView } from '@/api/types'
import { useSession } from '@/stores/session'
import FieldDayView from '@/views/FieldDayView.vue'

vi.mock('@/api/cases')
vi.mock('vue-router', () => ({ useRouter: () => ({ push: () => undefined }) }))
vi.mock('@/domain/hinting', () => ({ useQueueHints: () => undefined }))

it('lists a case once of which two steps are one’s own, and says that an answer is to be read', async () => {
  setActivePinia(createPinia())
  useSession().me = { name: '张伟', positions: ['case_handler'] } as never
  const rows = ['看部门答复', '回复工单'].map((step_name) => ({ case_no: '3317', step_name, waiting_since: '' }))
  vi.mocked(listCases).mockResolvedValue({ items: rows, next: null } as never)
  const view = {
    case_no: '3317', step_name: '回复工单', service_name: '报修', customer: { name: '李*', phone: '138****0001', masked: true }, place: '阳光小区', customer_class: null,
    appointment: null, objections: [], visit: { made_at: '2026-11-26T11:10:00+08:00' }, open_tasks: [{ step: 'reply', name: '回复工单' }, { step: 'read_answer', name: '看部门答复' }],
  } as unknown as StaffCaseView
  vi.mocked(getCase).mockResolvedValue(view)
  const page = shallowMount(FieldDayView, { global: { stubs: { RouterLink: { template: '<a><slot /></a>' } }, components: { ElIcon: { template: '<i />' } } } })
  await flushPromises()
  expect(getCase).toHaveBeenCalledTimes(1)
  expect(page.findAll('article')).toHaveLength(1)
  expect(page.text()).toContain('部门有答复，请先看 1 件')
  expect(page.get('article').text()).toContain('看部门答复')
  expect(page.text()).not.toContain('做完了，等回复')
  page.unmount()
})
