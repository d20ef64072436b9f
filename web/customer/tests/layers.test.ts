import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'

/** A browser with four screens behind each other, the last one open. */
function standInForBrowser() {
  const steps: number[] = []
  let heard: (event: object) => void = () => undefined
  vi.stubGlobal('window', { addEventListener: (_: string, listener: typeof heard) => (heard = listener) })
  vi.stubGlobal('history', { state: { position: 3 }, go: (delta: number) => void steps.push(delta) })
  /** Arrive at a position; tells whether the router is kept from hearing of it. */
  const arrive = (position: number): boolean => {
    const stop = vi.fn()
    heard({ state: { position }, stopImmediatePropagation: stop })
    return stop.mock.calls.length > 0
  }
  return { steps, arrive }
}

beforeEach(() => vi.resetModules())

describe('the way back', () => {
  it('closes what lies on top, and then leaves the screen', async () => {
    const { steps, arrive } = standInForBrowser()
    const { useLayer } = await import('@/platform/layers')
    const [sheet, picture] = [ref(true), ref(true)]
    effectScope().run(() => {
      vi.spyOn(console, 'warn').mockImplementation(() => undefined)
      useLayer(() => sheet.value, () => (sheet.value = false))
      useLayer(() => picture.value, () => (picture.value = false))
    })
    expect(arrive(2)).toBe(true)
    expect([picture.value, sheet.value, steps]).toEqual([false, true, [1]])
    // The step forward again, which nobody else is to hear of either.
    expect(arrive(3)).toBe(true)
    await Promise.resolve()
    expect(arrive(2)).toBe(true)
    expect([sheet.value, steps]).toEqual([false, [1, 1]])
    expect(arrive(3)).toBe(true)
    await Promise.resolve()
    expect(arrive(2)).toBe(false)
  })

  it('is not held up by a sheet when the page itself leaves', async () => {
    const { steps, arrive } = standInForBrowser()
    const { useLayer } = await import('@/platform/layers')
    const { leaveLayers } = await import('@/platform/open-layers')
    const sheet = ref(true)
    effectScope().run(() => {
      vi.spyOn(console, 'warn').mockImplementation(() => undefined)
      useLayer(() => sheet.value, () => (sheet.value = false))
    })
    leaveLayers()
    expect(arrive(2)).toBe(false)
    expect(steps).toEqual([])
  })
})
