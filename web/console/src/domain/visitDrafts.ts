/**
 * What somebody has begun to record of a visit, kept on this device: a reload in a cellar must not cost it. Each is
 * bound to its case, its step and who wrote it; nothing is left once it is sent or once its writer signs out.
 */
import type { FileView } from '@/api/types'

export interface KeptVisit {
  /** The task at which it was written; at another one it would be said of something else. */
  task: number
  result: string
  /** What has arrived at the server already. */
  photos: FileView[]
}

const PLACE = 'console.visit:'
const nameOf = (username: string, caseNo: string) => `${PLACE}${username}:${caseNo}`

export function readVisit(username: string, caseNo: string, tasks: readonly (number | null)[]): KeptVisit | null {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(username, caseNo)) ?? 'null') as KeptVisit | null
    return kept && tasks.includes(kept.task) ? kept : null
  } catch {
    return null
  }
}

/** An empty one is the same as none. */
export function keepVisit(username: string, caseNo: string, visit: KeptVisit): void {
  try {
    if (visit.result || visit.photos.length) localStorage.setItem(nameOf(username, caseNo), JSON.stringify(visit))
    else localStorage.removeItem(nameOf(username, caseNo))
  } catch {
    // A full or forbidden store costs only what a reload would have kept.
  }
}

/** Forget all that was begun here, save what `username` wrote. */
export function dropVisits(username = ''): void {
  try {
    const own = nameOf(username, '')
    for (const name of Object.keys(localStorage)) if (name.startsWith(PLACE) && !(username && name.startsWith(own))) localStorage.removeItem(name)
  } catch {
    // Then there was none.
  }
}
