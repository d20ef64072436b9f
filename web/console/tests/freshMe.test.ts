import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h, reactive } from 'vue'
import type { Me } from '@/api/organisation'
import { getSession } from '@/api/session'
import { useFreshMe } from '@/domain/freshMe'
import { useSession } from '@/stores/session'

const route = reactive({ name: 'work' })
vi.mock('@/api/session')
vi.mock('vue-router', () => ({ useRoute: () => route }))

const me = (presence: Me['presence']) => ({ username: 'zhang', presence, positions: [], parts: [] }) as unknown as Me

beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
})

it('tells by the clock and on every other page what somebody else entered of oneself', async () => {
  const session = useSession()
  session.hold(me('on_duty'))
  vi.mocked(getSession).mockResolvedValue(me('absent'))
  const page = mount(defineComponent({ setup: () => (useFreshMe(() => true), () => h('p')) }))
  vi.advanceTimersByTime(30_000)
  await flushPromises()
  expect(session.me?.presence).toBe('absent')
  vi.mocked(getSession).mockResolvedValue(me('on_duty'))
  route.name = 'people'
  await flushPromises()
  expect(session.me?.presence).toBe('on_duty')
  page.unmount()
  vi.useRealTimers()
})

it('does not bring back who signed out meanwhile', async () => {
  const session = useSession()
  session.hold(me('on_duty'))
  let answer = (_: Me): void => undefined
  vi.mocked(getSession).mockReturnValue(new Promise((resolve) => (answer = resolve)))
  const renewed = session.renew()
  session.hold(null)
  answer(me('on_duty'))
  await renewed
  expect(session.me).toBeNull()
  vi.useRealTimers()
})
