import type { FileView, Values } from '@/api/types'

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

export function forgetLocalDrafts(): void {
  for (const key of uni.getStorageInfoSync().keys) if (key.startsWith(PREFIX)) uni.removeStorageSync(key)
}
