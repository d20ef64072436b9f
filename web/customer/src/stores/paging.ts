import { computed, ref, shallowRef, type Ref } from 'vue'
import { asProblem, type Problem } from '@/api/problem'
import type { Page } from '@/api/types'

/** A list that comes page by page, newest first. */
export function usePaging<T>(fetchPage: (after: string | null) => Promise<Page<T>>) {
  const items = shallowRef<T[] | null>(null)
  const next = ref<string | null>(null)
  const problem = ref<Problem | null>(null) as Ref<Problem | null>
  const isLoadingMore = ref(false)
  const hasMore = computed(() => next.value !== null)
  let turn = 0

  async function load(after: string | null): Promise<void> {
    const mine = ++turn
    try {
      const page = await fetchPage(after)
      if (mine !== turn) return
      items.value = after === null ? page.items : [...(items.value ?? []), ...page.items]
      next.value = page.next
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    }
  }

  /** From the top again. */
  const reload = (): Promise<void> => load(null)

  async function loadMore(): Promise<void> {
    if (next.value === null || isLoadingMore.value) return
    isLoadingMore.value = true
    await load(next.value)
    isLoadingMore.value = false
  }

  function clear(): void {
    turn += 1
    items.value = null
    next.value = null
    problem.value = null
  }

  return { items, problem, hasMore, isLoadingMore, reload, loadMore, clear }
}
