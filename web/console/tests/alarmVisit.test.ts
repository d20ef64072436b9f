import { flushPromises, shallowMount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import { useSession } from '@/stores/session'
import FieldVisitView from '@/views/FieldVisitView.vue'

const { getCase, revealItems } = vi.hoisted(() => ({ getCase: vi.fn(), revealItems: vi.fn() }))
vi.mock('@/api/cases', () => ({ getCase, revealItems, compareWithRecord: () => Promise.resolve({ items: [] }), saveReviews: vi.fn(), sendCommand: vi.fn() }))
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined, listen: () => () => undefined, isOfCase: () => false } }))
vi.mock('@/api/session', () => ({ signOut: () => Promise.resolve() }))
vi.mock('vue-router', () => ({ useRoute: () => ({ params: { caseNo: '1' }, query: {}, path: '/field/1' }), useRouter: () => ({ replace: vi.fn() }) }))
vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })

const home = { region: '历下区', street: '泉城路街道', community: '阳光小区', building: '3幢', unit: '', door: '****', note: '', point: null }
const caseWith = (more: object) =>
  ({
    case_no: '1', application_no: '1', version: 1, service_name: '燃气报警', status: 'open', is_alarm: true, place: '阳光小区 3幢 **', opened_at: '2026-11-27T21:00:00+08:00', due_at: null,
    customer: { name: '', phone: '138****0003' }, customer_class: null, actions: [], open_tasks: [], reviews: {}, documents: [], notes: [], extension: null, part: 'handler',
    values: { address: home }, masked_items: ['address'], form: { sections: [{ key: 'a', fields: [{ key: 'address', label: '地址', type: 'address', personal: 'address' }] }] }, files: {},
    changed_items: [], owed_documents: [], corrections: [], visit: { result: null, made_at: null, photos: [], signature: null }, forwarding: { may_forward: false, parts: [] }, previous_values: {}, ...more,
  }) as unknown as StaffCaseView

async function open(more: object): Promise<string> {
  getCase.mockResolvedValue(caseWith(more))
  const page = shallowMount(FieldVisitView, { global: { stubs: { 'router-link': true, 'el-icon': true } } })
  await flushPromises()
  const text = page.text()
  page.unmount()
  return text
}

beforeEach(() => {
  setActivePinia(createPinia())
  useSession().me = { username: 'handler301' } as never
  revealItems.mockReset().mockResolvedValue({ values: { address: { ...home, door: '501' } } })
})

it('shows the door of an alarm at once to whoever is sent there', async () => {
  expect(await open({})).toContain('501')
  expect(revealItems).toHaveBeenCalledWith('1', ['address'], '上门服务需要')
})

it('keeps the door of other visits until it is asked for', async () => {
  await open({ is_alarm: false, service_name: '报修', appointment: null })
  expect(revealItems).not.toHaveBeenCalled()
})
