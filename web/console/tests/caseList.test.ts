import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { listCases } from '@/api/cases'
import type { StaffCaseRow } from '@/api/types'
import CaseList from '@/components/CaseList.vue'
import { useCaseList } from '@/stores/caseList'
import { usePreferences } from '@/stores/preferences'

vi.mock('@/api/cases')
vi.stubGlobal('IntersectionObserver', class { observe(): void {} disconnect(): void {} })

const row = (case_no: string, more: Partial<StaffCaseRow>) =>
  ({ case_no, service_name: '报修', customer_class: null, urged_times: 0, objected_papers: [], returned_times: 0, part: null, mark: null, due_at: null, ...more }) as unknown as StaffCaseRow

beforeEach(() => setActivePinia(createPinia()))

async function show(queue: string, rows: StaffCaseRow[], sort: 'due' | 'newest' = 'due') {
  Object.assign(usePreferences().kept, { queue, sort })
  vi.mocked(listCases).mockResolvedValue({ items: rows, next: null, elsewhere: null })
  await useCaseList().reload()
  const list = mount(CaseList, { props: { current: null, wide: false }, global: { stubs: { TimeLeft: true } } })
  await flushPromises()
  return list
}

it('says why a classified customer stands before what is due sooner, and shows every mark', async () => {
  const list = await show('accept', [row('1', { customer_class: 'sensitive', returned_times: 1, objected_papers: ['工程合同'] }), row('2', {})])
  expect(list.text()).toContain('分类客户（重点、风险、特殊、敏感）和 2、3 级投诉排在前面')
  // Neither what it is about nor a mark is cut off.
  const [business, marks] = list.findAll('#row-1 .whole')
  expect(business!.text()).toBe('报修')
  expect(marks!.text()).toContain('敏感客户')
  expect(marks!.text()).toContain('退1次')
  expect(marks!.get('[title="客户对“工程合同”有异议，还没有答复"]').text()).toBe('有异议')
})

it('says why a grave complaint stands first, and an ordinary one does not', async () => {
  expect((await show('assign', [row('1', { mark: '2级投诉' }), row('2', {})])).text()).toContain('2、3 级投诉排在前面')
  expect((await show('assign', [row('1', { mark: '1级投诉' }), row('2', {})])).text()).not.toContain('排在前面')
})

it('says nothing where nobody is classified, or the list goes by another order', async () => {
  const vip = row('1', { customer_class: 'sensitive' })
  for (const list of [await show('accept', [row('2', {})]), await show('mine', [vip]), await show('accept', [vip], 'newest')]) {
    expect(list.text()).not.toContain('排在前面')
  }
})

it('says of an empty queue that nothing waits for who looks, not that all is done', async () => {
  expect((await show('accept', [])).text()).toContain('现在没有等您办的件')
  expect((await show('alarm', [])).text()).toContain('现在没有等您接的报警')
})

it('says of a search without a find that a number must be whole', async () => {
  useCaseList().search = '2611'
  expect((await show('accept', [])).text()).toContain('手机号和姓名要填完整')
})
