const KEY = 'hall.done'

export type Deed = 'sent' | 'mended' | 'rated'

interface Seen {
  case_no: string
  version: number
}

/** Remember what the customer just did, and how the case stood after it. */
export function noteDone(view: Seen, deed: Deed): void {
  uni.setStorageSync(KEY, { case_no: view.case_no, version: view.version, deed })
}

/** What was just done with this case; it is told, over a reload too, for as long as nothing else has happened to it. */
export function tellDone(view: Seen): Deed | null {
  const done = uni.getStorageSync(KEY) as (Seen & { deed: Deed }) | ''
  if (!done || done.case_no !== view.case_no) return null
  if (done.version === view.version) return done.deed
  uni.removeStorageSync(KEY)
  return null
}
