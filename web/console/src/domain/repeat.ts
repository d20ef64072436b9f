/** Do something again and again while a component lives. */
import { onBeforeUnmount, onMounted } from 'vue'

/** `work` runs every `milliseconds`; hidden pages rest unless `evenHidden`. A slow run is never doubled. */
export function useRepeat(work: () => Promise<unknown> | void, milliseconds: number, evenHidden = false): void {
  let timer: ReturnType<typeof setInterval> | undefined
  let running = false
  const run = async () => {
    if (running || (document.hidden && !evenHidden)) return
    running = true
    try {
      await work()
    } catch {
      // The worker shows its own errors; the next round tries again.
    } finally {
      running = false
    }
  }
  const onShown = () => {
    if (!document.hidden) void run()
  }
  onMounted(() => {
    timer = setInterval(() => void run(), milliseconds)
    document.addEventListener('visibilitychange', onShown)
  })
  onBeforeUnmount(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onShown)
  })
}
