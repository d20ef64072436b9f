/** Many hints may come at once: they are gathered for a moment and answered by one look. */
import { onBeforeUnmount } from 'vue'
import { hints } from '@/api/realtime'

/** Call `look` a moment after hints about queues or alarms, for as long as the component lives. */
export function useQueueHints(look: () => void, gatherMs = 400): void {
  let soon: ReturnType<typeof setTimeout> | undefined
  const stopListening = hints.listen((topic) => {
    if (!topic.startsWith('queue:') && topic !== 'alarm') return
    // The first of them sets the moment: begun anew by each, it would never come on a busy day.
    soon ??= setTimeout(() => {
      soon = undefined
      look()
    }, gatherMs)
  })
  onBeforeUnmount(() => {
    stopListening()
    clearTimeout(soon)
  })
}

/** Call `look` at once after a hint about the open case or its application, for as long as the component lives. */
export function useCaseHints(look: () => Promise<unknown>): void {
  const stopListening = hints.listen((topic) => {
    // A look that fails is made up for by the next round of the polling.
    if (hints.isOfCase(topic)) void look().catch(() => undefined)
  })
  onBeforeUnmount(stopListening)
}
