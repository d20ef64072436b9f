import type { Tokens } from './types'

const KEY = 'hall.tokens'

interface KeptTokens {
  access_token: string
  refresh_token: string
}

let kept: KeptTokens | null = null
let isRead = false

/** The tokens of the signed-in customer, or null. */
export function readTokens(): KeptTokens | null {
  if (!isRead) {
    const stored = uni.getStorageSync(KEY) as KeptTokens | ''
    kept = stored && stored.refresh_token ? stored : null
    isRead = true
  }
  return kept
}

/** Keep new tokens over a restart. */
export function keepTokens(tokens: Tokens): void {
  kept = { access_token: tokens.access_token, refresh_token: tokens.refresh_token }
  isRead = true
  uni.setStorageSync(KEY, kept)
}

/** Forget them: signed out, or the family of tokens has ended. */
export function dropTokens(): void {
  kept = null
  isRead = true
  uni.removeStorageSync(KEY)
}

/** What another tab of the browser may have written meanwhile; refresh tokens are good only once. */
export function rereadTokens(): KeptTokens | null {
  isRead = false
  return readTokens()
}
