// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { createApp, type App } from 'vue'
import { hints } from '@/api/realtime'
import { useCaseHints, useQueueHints } from '@/domain/hinting'

let app: App | undefined
afterEach(() => {
  app?.unmount()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

function listen(setUp: (look: () => Promise<void>) => void = useQueueHints) {
  vi.useFakeTimers()
  let hear: (topic: string) => void = () => undefined
  const stop = vi.fn(() => true)
  vi.spyOn(hints, 'listen').mockImplementation((given) => ((hear = given), stop))
  const look = vi.fn(() => Promise.resolve())
  app = createApp({ setup: () => (setUp(look), () => null) })
  app.mount(document.createElement('div'))
  return { hear: (topic: string) => hear(topic), look, stop }
}

it('answers many hints by one look, and waits no longer because more come', () => {
  const { hear, look } = listen()
  for (let at = 0; at < 5; at++) {
    hear(at % 2 ? 'queue:all' : 'alarm')
    vi.advanceTimersByTime(90)
  }
  expect(look).toHaveBeenCalledOnce()
})

it('does not hear of single cases, and nothing after its end', () => {
  const { hear, look, stop } = listen()
  hear('case:1')
  vi.runAllTimers()
  hear('alarm')
  app!.unmount()
  app = undefined
  vi.runAllTimers()
  expect(look).not.toHaveBeenCalled()
  expect(stop).toHaveBeenCalledOnce()
})

it('hears of the open case and of its application, and no longer of the one before', () => {
  const { hear, look } = listen(useCaseHints)
  hints.watchCases(['1'])
  hints.watchCases(['2', '7'])
  hear('case:1')
  hear('queue:all')
  expect(look).not.toHaveBeenCalled()
  hear('case:7')
  expect(look).toHaveBeenCalledOnce()
  hints.watchCases([])
})
