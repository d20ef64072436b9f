import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { listWorks, type WorksRow } from '@/api/boards'
import { listUnits } from '@/api/lookups'
import BatchPrintDialog from '@/components/BatchPrintDialog.vue'
import WorksView from '@/views/WorksView.vue'

vi.mock('@/api/boards')
vi.mock('@/api/lookups')

const row = {
  case_no: '261126361000012',
  service_name: '居民个人申请',
  process_name: '居民个人安装',
  customer_name: '李*',
  place: '锦绣花园 3栋 **',
  step_name: '缴费',
  unit_name: '城东供气所',
  contractor: null,
  begun_at: '2026-11-16T09:00:00+08:00',
  works_due_at: '2026-12-16T09:00:00+08:00',
  works_overdue: false,
  limit_days: 20,
  used_days: 8,
  left_days: 12,
} as WorksRow

describe('the works list', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.mocked(listUnits).mockResolvedValue({ items: [] })
    vi.mocked(listWorks).mockResolvedValue({ items: [row], next: null, processes: [] })
  })

  const show = async () => {
    const stubs = { ExportButton: true, BatchPrintDialog: true, RouterLink: { template: '<a><slot /></a>' }, 'el-button': { template: '<button type="button"><slot /></button>' } }
    const view = mount(WorksView, { global: { stubs } })
    await flushPromises()
    return view
  }

  it('prints whatever stands in it, whosever turn it is', async () => {
    const view = await show()
    await view.findAll('button').find((one) => one.text() === '批量打印')!.trigger('click')
    expect(view.getComponent(BatchPrintDialog).props('rows')).toEqual([row])
  })
})
