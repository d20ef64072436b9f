import type { DraftSummary, FileView, Values } from '@/api/types'
import { isMobile } from './checks'

/**
 * What was typed and has not reached the server yet, on this device only. It goes as soon as the server has the
 * draft, at sign-out, and after a week.
 */
export interface LocalDraft {
  form_version: number
  values: Values
  files: Record<string, FileView>
  saved_at: number
}

const PREFIX = 'hall.draft.'
const KEPT_MS = 7 * 24 * 3600 * 1000

export function keepLocalDraft(service: string, draft: LocalDraft): void {
  uni.setStorageSync(PREFIX + service, draft)
}

export function readLocalDraft(service: string): LocalDraft | null {
  const draft = uni.getStorageSync(PREFIX + service) as LocalDraft | ''
  if (!draft) return null
  if (Date.now() - draft.saved_at < KEPT_MS) return draft
  dropLocalDraft(service)
  return null
}

export function dropLocalDraft(service: string): void {
  uni.removeStorageSync(PREFIX + service)
}

/** The applications that lie here; what belongs to a case has a colon in its name and is found from there. */
export function listLocalDrafts(): { service: string; saved_at: number }[] {
  const names = uni.getStorageInfoSync().keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length))
  return names
    .filter((name) => !name.includes(':'))
    .map((service) => ({ service, saved_at: readLocalDraft(service)?.saved_at ?? 0 }))
    .filter((one) => one.saved_at > 0)
}

/** One line for each service whose form was begun, here or on the server, the newest first. */
export function joinDrafts(
  here: { service: string; saved_at: number }[], there: DraftSummary[], names: Record<string, string>,
): DraftSummary[] {
  const lines = new Map(there.map((one) => [one.service, one]))
  for (const { service, saved_at } of here) {
    const known = lines.get(service)
    if (known && Date.parse(known.saved_at) >= saved_at) continue
    const service_name = known?.service_name ?? names[service]
    if (service_name) lines.set(service, { ...known, service, service_name, saved_at: new Date(saved_at).toISOString() })
  }
  return [...lines.values()].sort((one, other) => Date.parse(other.saved_at) - Date.parse(one.saved_at))
}

/** The mobile number in the application that was begun last here, so that nobody types it twice; else ''. */
export function findTypedPhone(): string {
  const newest = listLocalDrafts().sort((one, other) => other.saved_at - one.saved_at)[0]
  const values = newest ? Object.values(readLocalDraft(newest.service)?.values ?? {}) : []
  return values.find((value): value is string => typeof value === 'string' && isMobile(value)) ?? ''
}

export function forgetLocalDrafts(): void {
  for (const key of uni.getStorageInfoSync().keys) if (key.startsWith(PREFIX)) uni.removeStorageSync(key)
}
