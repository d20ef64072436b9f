/**
 * One command id per intention of the customer: the same wish sent twice (double tap, lost answer, reload) carries
 * the same id and is done once; a changed wish gets a new one.
 */

const KEY = 'hall.intentions'
const KEPT_MS = 24 * 3600 * 1000

interface Intention {
  id: string
  mark: string
  at: number
}

/** A random UUID (version 4); an id only has to be unique; what an alarm's id tells names nobody. */
export function newCommandId(): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (slot) => {
    const random = Math.floor(Math.random() * 16)
    return (slot === 'x' ? random : (random & 3) | 8).toString(16)
  })
}

/** A short mark of a body (two FNV-1a sums), so that what the customer typed is not stored a second time. */
export function markBody(body: unknown): string {
  const text = JSON.stringify(body)
  let first = 0x811c9dc5
  let second = 0x01000193
  for (let at = 0; at < text.length; at++) {
    first = Math.imul(first ^ text.charCodeAt(at), 0x01000193) >>> 0
    second = Math.imul(second ^ text.charCodeAt(text.length - 1 - at), 0x85ebca6b) >>> 0
  }
  return `${first.toString(16)}-${second.toString(16)}-${text.length}`
}

function readAll(now: number): Record<string, Intention> {
  const stored = (uni.getStorageSync(KEY) || {}) as Record<string, Intention>
  return Object.fromEntries(Object.entries(stored).filter(([, one]) => now - one.at < KEPT_MS))
}

/** The command id for doing `body` under `name`: the earlier one where the body is still the same. */
export function commandIdFor(name: string, body: unknown): string {
  const now = Date.now()
  const all = readAll(now)
  const mark = markBody(body)
  const known = all[name]
  if (known && known.mark === mark) return known.id
  const id = newCommandId()
  uni.setStorageSync(KEY, { ...all, [name]: { id, mark, at: now } })
  return id
}

/** The intention was answered for good: the next one is a new one. */
export function settleIntention(name: string): void {
  const { [name]: _settled, ...rest } = readAll(Date.now())
  uni.setStorageSync(KEY, rest)
}
