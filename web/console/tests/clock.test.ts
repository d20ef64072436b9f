import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { useClock } from '@/stores/clock'

afterEach(() => vi.useRealTimers())

it('knows on a page that stays open over midnight that it is tomorrow', () => {
  vi.useFakeTimers({ now: new Date('2026-12-31T23:59:50+08:00') })
  setActivePinia(createPinia())
  const clock = useClock()
  expect(clock.today).toBe('2026-12-31')
  vi.advanceTimersByTime(15_000)
  expect(clock.today).toBe('2027-01-01')
})
