import { shallowRef, watch, type ShallowRef } from 'vue'
import type { CaseView } from '@/api/types'

/**
 * What stands beside a case on its page, looked up with it and anew whenever the case is: also what happens in a part
 * that it was handed over to changes it, and leaves the case's own version as it is. Most cases have nothing of the kind;
 * what cannot be looked up now stays as it was.
 */
export function useBesideCase<T>(view: () => CaseView | null, look: (caseNo: string) => Promise<T>, nothing: T): ShallowRef<T> {
  const found = shallowRef(nothing)
  let turn = 0
  watch(view, async (now) => {
    if (!now) return
    const mine = ++turn
    const answer = await look(now.case_no).catch(() => found.value)
    // A slow answer does not take the place of a later one.
    if (mine === turn) found.value = answer
  }, { immediate: true })
  return found
}
