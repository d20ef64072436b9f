import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { listCases } from '@/api/cases'
import { tellProblem } from '@/api/client'
import type { CaseElsewhere, StaffCaseRow } from '@/api/types'
import { usePreferences } from './preferences'

const PAGE = 50
const REFRESH_AT_MOST = 200

export const useCaseList = defineStore('caseList', () => {
  const preferences = usePreferences()
  const rows = ref<StaffCaseRow[]>([])
  const next = ref<string | null>(null)
  /** Who has the case that was looked for by its number, where it is none of one's own. */
  const elsewhere = ref<CaseElsewhere | null>(null)
  const state = ref<'loading' | 'ready' | 'failed'>('loading')
  const problem = ref('')
  const loadingMore = ref(false)
  const search = ref('')
  const everywhere = ref(true)
  // Answers to an earlier question arrive late: only those to the latest one count.
  let question = 0

  /** What the filters say now. */
  const asked = computed(() => {
    const { queue, service, unit, due, narrow, post, family, sort } = preferences.kept
    const q = search.value.trim()
    const isEverywhere = Boolean(q && everywhere.value)
    // A post and a family part one queue and no other list.
    const within = isEverywhere || !queue ? {} : { post, family }
    return { queue: isEverywhere ? '' : queue, service, unit, due, narrow, sort, q, ...within }
  })

  function ask(after: string | null, limit: number) {
    return listCases({ ...asked.value, after, limit })
  }

  /** Show the first page of what the filters say now. */
  async function reload(): Promise<void> {
    const mine = ++question
    state.value = 'loading'
    rows.value = []
    next.value = null
    elsewhere.value = null
    problem.value = ''
    try {
      const page = await ask(null, PAGE)
      if (mine !== question) return
      rows.value = page.items
      next.value = page.next
      elsewhere.value = page.elsewhere
      state.value = 'ready'
    } catch (thrown) {
      if (mine !== question) return
      problem.value = tellProblem(thrown)
      state.value = 'failed'
    }
  }

  /** Look again without losing the place; long lists are left alone, since their rows would jump. */
  async function refresh(): Promise<void> {
    if (state.value !== 'ready') return reload()
    if (loadingMore.value || rows.value.length > REFRESH_AT_MOST) return
    const mine = question
    const page = await ask(null, Math.max(PAGE, rows.value.length))
    if (mine !== question || loadingMore.value) return
    rows.value = page.items
    next.value = page.next
  }

  async function loadMore(): Promise<void> {
    if (!next.value || loadingMore.value) return
    const mine = question
    loadingMore.value = true
    problem.value = ''
    try {
      const page = await ask(next.value, PAGE)
      if (mine !== question) return
      const known = new Set(rows.value.map((row) => row.case_no))
      rows.value = [...rows.value, ...page.items.filter((row) => !known.has(row.case_no))]
      next.value = page.next
    } catch (thrown) {
      problem.value = tellProblem(thrown)
    } finally {
      loadingMore.value = false
    }
  }

  /** The case beside `caseNo`: the next one, at the end the one before it, or null. */
  function neighbour(caseNo: string | null, step: 1 | -1): string | null {
    const index = rows.value.findIndex((row) => row.case_no === caseNo)
    if (index < 0) return rows.value[0]?.case_no ?? null
    return rows.value[index + step]?.case_no ?? null
  }

  /**
   * Take a done case out of the list and return the one to open next, or null. Only the queue from which one came
   * has a next one; who came by an address came from the queue in which the case stands now.
   */
  function takeOut(caseNo: string, cameFrom: string | null): string | null {
    const stands = rows.value.some((row) => row.case_no === caseNo)
    const isOwn = origin.value !== null && (cameFrom === null ? stands : cameFrom === origin.value)
    const after = isOwn ? findNext(caseNo) : null
    rows.value = rows.value.filter((row) => row.case_no !== caseNo)
    return after
  }

  /**
   * The case to go on with: the first of one's own after this one, else before it. Who oversees others' work has rows on
   * the list at which it is theirs alone to do something; only where no other row is left one of these comes next.
   */
  function findNext(caseNo: string): string | null {
    const index = rows.value.findIndex((row) => row.case_no === caseNo)
    const others = index < 0 ? rows.value : [...rows.value.slice(index + 1), ...rows.value.slice(0, index).reverse()]
    const different = others.filter((row) => row.case_no !== caseNo)
    return (different.find((row) => row.waits_for !== 'others') ?? different[0])?.case_no ?? null
  }

  /** The queue of which the rows are; null for all that one may see, and for a search over all queues. */
  const origin = computed(() => (search.value.trim() && everywhere.value ? null : preferences.kept.queue || null))

  const isFiltered = computed(() => Boolean(search.value.trim() || preferences.kept.service || preferences.kept.unit || preferences.kept.due || preferences.kept.narrow || preferences.kept.post || preferences.kept.family))

  return { rows, next, elsewhere, state, asked, problem, loadingMore, search, everywhere, origin, isFiltered, reload, refresh, loadMore, neighbour, takeOut }
})
