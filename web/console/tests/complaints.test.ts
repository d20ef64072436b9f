import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { listCases } from '@/api/cases'
import { listServices, listUnits } from '@/api/lookups'
import ListToolbar from '@/components/ListToolbar.vue'
import { COMPLAINTS } from '@/domain/complaints'

vi.mock('@/api/cases')
vi.mock('@/api/lookups')

it('calls the complaints as their processes are called', () => {
  for (const { key, name } of COMPLAINTS) {
    const process = readFileSync(resolve(__dirname, `../../../processes/${key}.yaml`), 'utf8')
    expect(process).toContain(`\nkey: ${key}\n`)
    expect(process).toContain(`\nname: ${name}\n`)
  }
})

it('narrows a list to complaints as to any service', async () => {
  setActivePinia(createPinia())
  vi.mocked(listUnits).mockResolvedValue({ items: [] })
  vi.mocked(listServices).mockResolvedValue({ items: [{ key: 'repair', name: '报修' }] })
  vi.mocked(listCases).mockResolvedValue({ items: [], next: null })
  const tools = mount(ListToolbar, { props: { wide: false }, global: { stubs: { SavedViews: true, ColumnPicker: true, ExportButton: true } } })
  await flushPromises()
  const select = tools.get('select[aria-label="业务"]')
  expect(select.findAll('option').map((one) => one.text())).toEqual(['全部业务', '报修', '投诉(1级)', '投诉(2、3级)'])
  await select.setValue('complaint_level_2_3')
  expect(vi.mocked(listCases).mock.lastCall![0]).toMatchObject({ service: 'complaint_level_2_3' })
})
