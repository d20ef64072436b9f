import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { listCases } from '@/api/cases'
import { listBusinesses, listUnits } from '@/api/lookups'
import ListToolbar from '@/components/ListToolbar.vue'

vi.mock('@/api/cases')
vi.mock('@/api/lookups')

it('narrows a list to whatever cases are about, not only to what customers apply for', async () => {
  setActivePinia(createPinia())
  vi.mocked(listUnits).mockResolvedValue({ items: [] })
  vi.mocked(listBusinesses).mockResolvedValue({
    items: [
      { key: 'repair', name: '报修', kind: 'service' },
      { key: 'hotline_praise', name: '表扬', kind: 'hotline' },
      { key: 'complaint_level_2_3', name: '投诉(2、3级)', kind: 'hotline' },
      { key: 'revisit', name: '回访', kind: 'inside' },
    ],
  })
  vi.mocked(listCases).mockResolvedValue({ items: [], next: null, elsewhere: null })
  const tools = mount(ListToolbar, { props: { wide: false }, global: { stubs: { SavedViews: true, ColumnPicker: true, ExportButton: true } } })
  await flushPromises()
  const select = tools.get('select[aria-label="业务"]')
  expect(select.findAll('option').map((one) => one.text())).toEqual(['全部业务', '报修', '表扬', '投诉(2、3级)', '回访'])
  expect(select.findAll('optgroup').map((one) => one.attributes('label'))).toEqual(['网上申请', '热线', '营业厅', '工程和上门', '质量和内部'])
  await select.setValue('complaint_level_2_3')
  expect(vi.mocked(listCases).mock.lastCall![0]).toMatchObject({ service: 'complaint_level_2_3' })
})
