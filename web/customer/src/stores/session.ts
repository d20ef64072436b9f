import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { whenSessionIsLost } from '@/api/http'
import { leaveLink } from '@/api/link-keeping'
import { fetchMe, signOut } from '@/api/sign-in'
import { dropTokens, keepTokens, readTokens } from '@/api/tokens'
import type { Me, Tokens } from '@/api/types'
import { forgetLocalDrafts } from '@/forms/local-drafts'
import { forgetConsent } from './privacy'
import { forgetTypedPhone } from './typed-phone'

const RETURN_KEY = 'hall.return_to'

/** Who is signed in on this device. */
export const useSession = defineStore('session', () => {
  const isSignedIn = ref(readTokens() !== null)
  const me = ref<Me | null>(null)
  whenSessionIsLost(() => leave())

  function leave(): void {
    isSignedIn.value = false
    me.value = null
    forgetConsent()
  }

  function enter(tokens: Tokens): void {
    leaveLink()
    keepTokens(tokens)
    forgetConsent()
    me.value = tokens.customer
    isSignedIn.value = true
  }

  async function loadMe(): Promise<void> {
    me.value = await fetchMe()
  }

  /** Sign out here, whatever the server answers: its tokens run out by themselves. */
  async function signOutHere(): Promise<void> {
    await signOut().catch(() => undefined)
    dropTokens()
    forgetLocalDrafts()
    forgetTypedPhone()
    leave()
  }

  const needsPhone = computed(() => isSignedIn.value && me.value !== null && !me.value.phone_verified)
  return { isSignedIn, me, needsPhone, enter, loadMe, signOutHere }
})

/** Remember where to go after a sign-in that leaves the page. */
export function keepReturnPath(path: string): void {
  uni.setStorageSync(RETURN_KEY, path)
}

/** Take that place out again; the home page where nothing was kept. */
export function takeReturnPath(): string {
  const kept = uni.getStorageSync(RETURN_KEY) as string
  uni.removeStorageSync(RETURN_KEY)
  return kept || '/pages/home/index'
}
