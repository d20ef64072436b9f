import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { request } from '@/api/client'
import { lostSince, noteAnswer } from '@/api/connection'
import ConnectionBar from '@/components/ConnectionBar.vue'
import { useSession } from '@/stores/session'

const WORDS = '网络断开，收不到新办件和报警。正在重连…'
const net = vi.fn<typeof fetch>()
const wait = async (milliseconds: number) => {
  await vi.advanceTimersByTimeAsync(milliseconds)
  await nextTick()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', net)
  net.mockRejectedValue(new TypeError('Failed to fetch'))
  setActivePinia(createPinia())
  noteAnswer()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('says that nothing comes in once nothing was heard for ten seconds, and is gone with the first answer', async () => {
  const renew = vi.spyOn(useSession(), 'renew').mockImplementation(() => request('GET', '/session'))
  const bar = mount(ConnectionBar)
  await wait(20_000)
  expect([bar.text(), renew.mock.calls.length]).toEqual(['', 0])
  await request('GET', '/cases').catch(() => undefined)
  await wait(9_000)
  expect(bar.text()).toBe('')
  await wait(1_000)
  expect(bar.get('[role=status]').text()).toContain(WORDS)
  // A refusal is an answer too.
  net.mockResolvedValue(new Response('{}', { status: 403 }))
  await wait(4_000)
  expect(bar.text()).toBe('')
  bar.unmount()
})

it('says nothing of what is back at once, and hears from the browser that it is off line', async () => {
  const bar = mount(ConnectionBar)
  dispatchEvent(new Event('offline'))
  expect(lostSince.value).not.toBeNull()
  net.mockResolvedValue(new Response('{}', { status: 200 }))
  await request('GET', '/cases')
  await wait(20_000)
  expect(bar.text()).toBe('')
  bar.unmount()
})
