import { defineStore } from 'pinia'
import { ref } from 'vue'
import { listNotices } from '@/api/notices'
import { askPermission, readPermission, showNotice } from '@/domain/browserNotices'

const LOOK_EVERY_MS = 30_000

/** One's own notices, shown by the browser where it was allowed; nothing is asked without a press of the button. */
export const useNotices = defineStore('notices', () => {
  const permission = ref(readPermission())
  let last: number | null = null
  let timer: ReturnType<typeof setInterval> | undefined
  let open: (caseNo: string | null) => void = () => {}

  async function look(): Promise<void> {
    if (permission.value !== 'granted') return
    try {
      const found = await listNotices(last)
      last = found.last
      for (const one of found.items) showNotice(one, open)
    } catch {
      // The next look tells what this one missed.
    }
  }

  function start(openCase: (caseNo: string | null) => void): void {
    open = openCase
    clearInterval(timer)
    timer = setInterval(() => void look(), LOOK_EVERY_MS)
    void look()
  }

  /** Of whoever signs in next nothing is known yet. */
  function stop(): void {
    clearInterval(timer)
    last = null
  }

  async function allow(): Promise<void> {
    permission.value = await askPermission()
    await look()
  }

  return { permission, start, stop, look, allow }
})
