import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { getCase, listCases, listQueues } from '@/api/cases'
import type { AvailableAction, StaffCaseRow, StaffCaseView } from '@/api/types'
import AlarmScreen from '@/components/AlarmScreen.vue'
import { Siren } from '@/domain/siren'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { listen: () => () => undefined, watchCase: () => undefined } }))
vi.mock('vue-router', () => ({ useRouter: () => ({ push: vi.fn() }) }))

const TAKE = { kind: 'complete', name: '已记录', task: 1, outcome: 'record', asks: [], needs_reason: false, unmet: null, returns: false } as unknown as AvailableAction

async function hear(actions: AvailableAction[]) {
  setActivePinia(createPinia())
  HTMLDialogElement.prototype.showModal = vi.fn()
  const start = vi.spyOn(Siren.prototype, 'start').mockImplementation(() => undefined)
  vi.mocked(listQueues).mockResolvedValue({ items: [{ key: 'alarm', name: '燃气报警', count: 1, urgent: true }] })
  vi.mocked(listCases).mockResolvedValue({ items: [{ case_no: '26110001', rings: true } as StaffCaseRow], next: null })
  const view = { case_no: '26110001', values: {}, form: { sections: [] }, masked_items: [], actions, opened_at: '2026-11-24T02:00:00Z', channel: 'online', unit_name: '客服部', version: 1, place: '', customer: { name: '张', phone: '138****0001' } }
  vi.mocked(getCase).mockResolvedValue(view as unknown as StaffCaseView)
  start.mockClear()
  const screen = mount(AlarmScreen)
  await flushPromises()
  return { screen, start }
}

it('takes the screen of who may take the alarm, with its sound', async () => {
  const { screen, start } = await hear([TAKE])
  expect(screen.get('[role=alertdialog]').text()).toContain('我来接')
  expect(start).toHaveBeenCalledOnce()
  screen.unmount()
})

it('leaves everybody else at their work, with one quiet line', async () => {
  const { screen, start } = await hear([])
  expect(screen.find('[role=alertdialog]').exists()).toBe(false)
  expect(screen.get('[role=status]').text()).toContain('您不用接')
  expect(start).not.toHaveBeenCalled()
  screen.unmount()
})
