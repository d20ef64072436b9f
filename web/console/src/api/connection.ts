/** Whether the server is heard: since when no request got any answer. A refusal is an answer as well. */
import { readonly, ref } from 'vue'

const since = ref<number | null>(null)

/** The moment from which nothing was heard, or null. */
export const lostSince = readonly(since)

export function noteAnswer(): void {
  since.value = null
}

export function noteSilence(): void {
  since.value ??= Date.now()
}

// The browser knows at once that a cable was pulled; that it is back only an answer shows.
addEventListener('offline', noteSilence)
