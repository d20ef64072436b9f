import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { listMembers } from '@/api/lookups'
import { handOver, listOpenWork, type StaffPerson } from '@/api/organisation'
import HandOverDialog from '@/components/organisation/HandOverDialog.vue'

vi.mock('@/api/lookups')
vi.mock('@/api/organisation')
vi.mock('vue-router', () => ({ useRouter: () => ({ beforeEach: () => () => undefined }) }))

const one = (case_no: string, visit: string | null) => ({ case_no, name: '报修', place: '阳光小区 3幢', unit_name: '客服部', visit, visited_at: null as string | null, waits_for: null as string | null })
const CLASH = '11月30日 周一 09:00–10:00'
const stubs = { AppDialog: { template: '<div><slot /></div>' }, ElButton: { template: '<button><slot /></button>' } }

async function open(...more: ReturnType<typeof one>[]) {
  vi.mocked(listOpenWork).mockResolvedValue({
    items: [one('26110001', CLASH), one('26110002', null), ...more],
    clashes: [{ username: 'wang', hours: CLASH, case_nos: ['26110001'] }],
  })
  const wang = { username: 'wang', name: '王强', presence: 'on_duty' as const, open_cases: 1, visits_today: [], deputy: null }
  vi.mocked(listMembers).mockResolvedValue({ items: [wang] })
  vi.mocked(handOver).mockResolvedValue({ moved: 1 })
  const person = { username: 'zhang', name: '张伟', unit_code: '301' } as StaffPerson
  const dialog = mount(HandOverDialog, { props: { person }, global: { stubs } })
  await flushPromises()
  return dialog
}

it('hands over what is left chosen, and warns only of the hours of that', async () => {
  const dialog = await open()
  expect(dialog.text()).toContain(`约好 ${CLASH}`)
  expect(dialog.text()).toContain('会撞在一起')
  const boxes = dialog.findAll('input[type=checkbox]')
  expect(boxes.map((box) => (box.element as HTMLInputElement).checked)).toEqual([true, true])
  await boxes[0]!.setValue(false)
  expect(dialog.text()).not.toContain('会撞在一起')
  expect(dialog.text()).toContain('没选的 1 件还留在张伟手上')
  await dialog.get('input[type=radio]').setValue()
  await dialog.get('form').trigger('submit')
  await flushPromises()
  expect(handOver).toHaveBeenCalledWith('zhang', expect.objectContaining({ to: 'wang', case_nos: ['26110002'] }))
  expect(dialog.emitted('done')?.[0]?.[0]).toContain('已通知本人')
})

it('does not hand over nothing', async () => {
  const dialog = await open()
  await dialog.findAll('button').find((button) => button.text() === '全不选')!.trigger('click')
  await dialog.get('input[type=radio]').setValue()
  expect(dialog.text()).toContain('至少选一件')
  vi.mocked(handOver).mockClear()
  await dialog.get('form').trigger('submit')
  expect(handOver).not.toHaveBeenCalled()
})

it('says where somebody has been already, and leaves with the giver what only waits for its customer', async () => {
  const visited = { ...one('26110003', null), visited_at: '2026-11-27T14:46:00+08:00' }
  const dialog = await open(visited, { ...visited, case_no: '26110004', waits_for: '评价服务' })
  const told = dialog.findAll('.facts').map((line) => line.text())
  expect(told[1]).toContain('没约上门')
  expect(told[2]).toMatch(/已上门 .*11月27日.* 14:46/)
  expect(told[2]).not.toContain('没约')
  expect(told[3]).toContain('等客户评价服务')
  expect(dialog.findAll('input[type=checkbox]').map((box) => (box.element as HTMLInputElement).checked)).toEqual([true, true, true, false])
})
