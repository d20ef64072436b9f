import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { getCase, listRingingAlarms } from '@/api/cases'
import type { AvailableAction, RingingAlarm, StaffCaseView } from '@/api/types'
import AlarmScreen from '@/components/AlarmScreen.vue'
import { Siren } from '@/domain/siren'
import { useAlarm } from '@/stores/alarm'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { listen: () => () => undefined, watchCases: () => undefined } }))
const push = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRouter: () => ({ push }) }))

const TAKE = { kind: 'complete', name: '已记录', task: 1, outcome: 'record', asks: [], needs_reason: false, unmet: null, returns: false } as unknown as AvailableAction

async function hear(actions: AvailableAction[], more: object = {}, listed: Partial<RingingAlarm> = {}) {
  setActivePinia(createPinia())
  HTMLDialogElement.prototype.showModal = vi.fn()
  vi.spyOn(Siren.prototype, 'start').mockImplementation(() => undefined)
  vi.mocked(getCase).mockClear()
  const ringing = { case_no: '26110001', rings_for: 'take', opened_at: '2026-11-24T02:00:00Z', channel: 'online', unit_name: '客服部', place: '', may_open: true, ...listed } satisfies RingingAlarm
  vi.mocked(listRingingAlarms).mockResolvedValue({ items: [ringing] })
  const view = { case_no: '26110001', values: {}, form: { sections: [] }, masked_items: [], actions, opened_at: '2026-11-24T02:00:00Z', channel: 'online', unit_name: '客服部', version: 1, place: '', customer: { name: '张', phone: '138****0001' }, ...more }
  vi.mocked(getCase).mockResolvedValue(view as unknown as StaffCaseView)
  const screen = mount(AlarmScreen)
  await flushPromises()
  return { screen }
}

it('promises neither words nor a door that nobody gave', async () => {
  const masked = { masked_items: ['phone'] }
  const { screen: silent } = await hear([TAKE], masked)
  expect(silent.get('.place').text()).toBe('没有填地址，请打电话问清楚在哪里')
  expect(silent.get('.show').text()).toBe('显示电话')
  silent.unmount()
  const { screen: told } = await hear([TAKE], { ...masked, values: { words: '楼道里有味' } })
  expect(told.get('.place').text()).toContain('看下面的原话')
  expect(told.get('blockquote').text()).toBe('楼道里有味')
  told.unmount()
  const { screen: placed } = await hear([TAKE], masked, { place: '阳光小区' })
  expect(placed.get('.show').text()).toBe('显示电话')
  placed.unmount()
  const address = { region: '历下区', street: '', community: '阳光小区', building: '3幢', unit: '', door: '****', note: '', point: null }
  const { screen: whole } = await hear([TAKE], { masked_items: ['phone', 'address'], values: { address } })
  expect(whole.get('.show').text()).toBe('显示电话和门牌')
  whole.unmount()
})

it('rings where the case may not be read, with the place alone', async () => {
  const { screen } = await hear([TAKE], {}, { may_open: false, place: '历下区 文化路 阳光小区 3幢' })
  expect(screen.get('.place').text()).toBe('历下区 文化路 阳光小区 3幢')
  expect(screen.find('.phone').exists()).toBe(false)
  expect(screen.get('.buttons').text()).toContain('请马上通知热线值班')
  expect(getCase).not.toHaveBeenCalled()
  await screen.get('.take').trigger('click')
  expect(screen.find('dialog').exists()).toBe(false)
  screen.unmount()
})

it('leads who can send somebody to the case, and rings again unless they did', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const SEND = { ...TAKE, name: '委派人员', outcome: 'assign', asks: ['handler'] } as AvailableAction
  const { screen } = await hear([SEND], {}, { rings_for: 'assign' })
  expect(screen.get('.buttons').text()).toContain('已派给客服部，还没有安排抢修人员')
  expect(screen.get('.take').text()).toBe('委派')
  await screen.get('.take').trigger('click')
  await flushPromises()
  expect(push).toHaveBeenCalledWith({ name: 'work', params: { caseNo: '26110001' } })
  expect(useOpenCase().wanted).toEqual({ caseNo: '26110001', asks: 'handler' })
  expect(screen.find('dialog').exists()).toBe(false)
  await useAlarm().look()
  expect(useAlarm().first).toBeNull()
  vi.setSystemTime(Date.now() + 181_000)
  await useAlarm().look()
  expect(useAlarm().first?.case_no).toBe('26110001')
  screen.unmount()
  vi.useRealTimers()
})

it('rings anew when it is given to the unit, though it was set aside before', async () => {
  const { screen } = await hear([], {}, { may_open: false })
  await screen.get('.take').trigger('click')
  expect(screen.find('dialog').exists()).toBe(false)
  vi.mocked(listRingingAlarms).mockResolvedValue({ items: [{ ...(await listRingingAlarms()).items[0]!, rings_for: 'assign', may_open: true }] })
  await useAlarm().look()
  await flushPromises()
  expect(screen.get('.take').text()).toBe('委派')
  screen.unmount()
})
