/** What the device before the customer at the counter knows: a secret of its own, stars in words, fitting tags. */
import type { CounterRating } from '@/api/types'
import { makeUuid } from '@/api/intention'

export const STAR_WORDS = ['很不满意', '不满意', '一般', '满意', '很满意']
export const LONGEST_WORDS = 200
const DEVICE = 'rating.device'

/** The device's secret; it lives as long as the window, so that a reload is still the same device. */
export function readDevice(): string {
  const kept = sessionStorage.getItem(DEVICE)
  if (kept) return kept
  const made = (makeUuid() + makeUuid()).replaceAll('-', '')
  sessionStorage.setItem(DEVICE, made)
  return made
}

/** The ready-made words for so many stars. */
export function listTags(tags: CounterRating['tags'], stars: number): string[] {
  return stars >= 4 ? tags.good : tags.bad
}

/** The refusals after which the page has nothing more to do; any other may be tried again. */
const LAST_WORDS = new Set(['rating_over', 'rating_elsewhere', 'already_rated'])
export const isLastWord = (code: string): boolean => LAST_WORDS.has(code)

/** Where the page of a token is, in this console. */
export const ratingPath = (token: string): string => `#/rating?t=${encodeURIComponent(token)}`
