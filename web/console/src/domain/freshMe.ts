/** Keep what is known of oneself fresh: somebody else may have entered one's absence, or its end. */
import { watch } from 'vue'
import { useRoute } from 'vue-router'
import { useSession } from '@/stores/session'
import { useRepeat } from './repeat'

const LOOK_EVERY_MS = 30_000

/** Asks by the clock and on every other page, while `isWorking`. */
export function useFreshMe(isWorking: () => boolean): void {
  const session = useSession()
  const route = useRoute()
  const look = async () => {
    if (isWorking()) await session.renew()
  }
  useRepeat(look, LOOK_EVERY_MS)
  // A look that fails is made up for by the next one.
  watch(() => route.name, () => void look().catch(() => undefined))
}
