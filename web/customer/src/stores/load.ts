import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import { isOnline } from './network'

export interface Loading<T> {
  data: ShallowRef<T | null>
  problem: Ref<Problem | null>
  isLoading: Ref<boolean>
  reload: () => Promise<void>
}

/**
 * Load something for a screen. What was loaded stays on the screen while it is looked up again, and a failed first
 * load is tried again as soon as the network is back.
 */
export function useLoad<T>(load: () => Promise<T>): Loading<T> {
  const data = shallowRef<T | null>(null)
  const problem = ref<Problem | null>(null) as Ref<Problem | null>
  const isLoading = ref(false)
  let turn = 0

  async function reload(): Promise<void> {
    const mine = ++turn
    isLoading.value = true
    try {
      const found = await load()
      if (mine !== turn) return
      data.value = found
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    } finally {
      if (mine === turn) isLoading.value = false
    }
  }

  watch(isOnline, (online) => {
    if (online && problem.value) void reload()
  })
  return { data, problem, isLoading, reload }
}
