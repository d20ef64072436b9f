/** A case beside a list to which it does not belong is easily taken for one of that list. */
import { watch } from 'vue'
import { useCaseList } from '@/stores/caseList'
import { useOpenCase } from '@/stores/openCase'

/**
 * Call `close` once the person has asked for another list, by queue, filter or search, and the open case is not in it.
 * A case at which something was typed stays, and so does any while the same list is only read or sorted anew. Returns
 * the way to begin, since what the page itself picks at first is nobody's choice.
 */
export function useListChange(close: () => void): () => void {
  const list = useCaseList()
  const open = useOpenCase()
  const tellAsked = () => JSON.stringify({ ...list.asked, sort: '' })
  let known: string | null = null
  watch(
    () => list.state,
    (state) => {
      if (known === null || state !== 'ready' || tellAsked() === known) return
      known = tellAsked()
      if (open.caseNo && !open.holdsTyped && !list.rows.some((row) => row.case_no === open.caseNo)) close()
    },
    { flush: 'sync' },
  )
  return () => {
    known = tellAsked()
  }
}
