import { ref } from 'vue'
import { fetchConsent, fetchNotice } from '@/api/privacy'
import type { Consent, PrivacyNotice } from '@/api/types'

const KEY = 'hall.agreed_version'

let notice: Promise<PrivacyNotice> | null = null

/** The notice in force, loaded once while the app is open; throws Problem, and the next call tries again. */
export function loadNotice(): Promise<PrivacyNotice> {
  notice ??= fetchNotice().catch((thrown: unknown) => {
    notice = null
    throw thrown
  })
  return notice
}

/** After the server said that another notice is in force. */
export function forgetNotice(): void {
  notice = null
}

/** The version that was ticked, or null where the notice could not be had: then the customer is asked after the sign-in. */
export async function findAgreedVersion(): Promise<number | null> {
  return loadNotice().then(
    ({ version }) => version,
    () => null,
  )
}

/** WeChat's page leaves this one, so what was agreed to is kept until the way back. */
export function keepAgreedVersion(version: number | null): void {
  uni.setStorageSync(KEY, version ?? '')
}

export function takeAgreedVersion(): number | null {
  const kept = uni.getStorageSync(KEY) as number | ''
  uni.removeStorageSync(KEY)
  return typeof kept === 'number' ? kept : null
}

/** What the customer who is signed in agreed to, once it was asked. */
export const consent = ref<Consent | null>(null)

/** Look up, once for each sign-in, whether the customer is to be asked; where it cannot be had, the next page asks again. */
export async function learnConsent(): Promise<void> {
  if (consent.value === null) consent.value = await fetchConsent().catch(() => null)
}

export function forgetConsent(): void {
  consent.value = null
}
