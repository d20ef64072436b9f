/** The browser's (and a phone's) Back closes the dialog that lies on top; only without one does it leave the page. */
import type { Router } from 'vue-router'

const closers: (() => void)[] = []

/** Let Back call `close` while a dialog is open; returns the way to end that. */
export function closeOnBack(close: () => void): () => void {
  closers.push(close)
  return () => {
    const at = closers.indexOf(close)
    if (at >= 0) closers.splice(at, 1)
  }
}

/** Watch over `router`; to be called before it is first used, so that it knows which ways are Back's. */
export function guardBack(router: Router): void {
  let byBack = false
  window.addEventListener(
    'popstate',
    () => {
      byBack = true
      setTimeout(() => (byBack = false))
    },
    true,
  )
  router.beforeEach(() => {
    const close = byBack ? closers.at(-1) : undefined
    close?.()
    return !close
  })
}
