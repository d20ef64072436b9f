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
  application_no: '261125361000079',
  waits_for: 'customer',
  waiting_since: '2026-11-16T09:00:00+08:00',
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

  it('shows the number that the customer reads out beside the one of the works, and finds both', async () => {
    const view = await show()
    expect(view.text()).toContain('261125361000079工单 261126361000012')
    await view.get('input[type=search]').setValue(' 261125361000079 ')
    await view.get('form').trigger('submit')
    expect(vi.mocked(listWorks).mock.lastCall![0]).toMatchObject({ q: '261125361000079' })
  })

  it('does not call late what waits for the customer', async () => {
    vi.mocked(listWorks).mockResolvedValue({ items: [{ ...row, works_overdue: true, left_days: -2 }], next: null, processes: [] })
    const view = await show()
    expect(view.find('[role=status]').exists()).toBe(false)
    expect(view.get('.days').classes()).toContain('amber')
    expect(view.text()).toContain('在等客户')
  })

  it('prints whatever stands in it, whosever turn it is', async () => {
    const view = await show()
    await view.findAll('button').find((one) => one.text() === '批量打印')!.trigger('click')
    expect(view.getComponent(BatchPrintDialog).props('rows')).toEqual([row])
  })
})
