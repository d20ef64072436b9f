import { onUnmounted, watch } from 'vue'
import { openLayers as open } from './open-layers'

// #ifdef H5
let position = 0
let isReturning = false

interface RouterState {
  position?: number
}

/**
 * The browser has gone back already when it says so. Where something lies over the screen, that closes in its place:
 * we step forward again before the router hears of either step. This listener has to be there before the router's.
 */
function closeInstead(event: PopStateEvent): void {
  if (isReturning) {
    isReturning = false
    return event.stopImmediatePropagation()
  }
  const close = open[open.length - 1]
  const now = (event.state as RouterState | null)?.position
  if (!close || now === undefined || now === position) return
  event.stopImmediatePropagation()
  isReturning = true
  history.go(position - now)
  close()
}
window.addEventListener('popstate', closeInstead, true)
// #endif

/** Let going back close this first: a sheet or a picture over the screen, for as long as `isOpen`. */
export function useLayer(isOpen: () => boolean, close: () => void): void {
  function takeOff(): void {
    const at = open.indexOf(close)
    if (at >= 0) open.splice(at, 1)
  }
  watch(
    isOpen,
    (now) => {
      takeOff()
      if (!now) return
      // #ifdef H5
      position = (history.state as RouterState | null)?.position ?? 0
      // #endif
      open.push(close)
    },
    { immediate: true },
  )
  onUnmounted(takeOff)
}
