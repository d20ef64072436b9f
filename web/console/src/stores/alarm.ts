/** The alarm that takes the screen: the oldest one that nobody has taken yet. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { getCase, listCases, revealItems } from '@/api/cases'
import { Problem, tellProblem } from '@/api/client'
import { Intention } from '@/api/intention'
import type { AvailableAction, StaffCaseRow, StaffCaseView, Values } from '@/api/types'
import { findBlock, listNeeds } from '@/domain/actionNeeds'
import { listMaskedContact } from '@/domain/contact'
import { commands } from './openCase'
import { useQueues } from './queues'
import { useSession } from './session'

const SET_ASIDE_MS = 60_000
const REVEAL_REASON = '燃气报警处置'

export const useAlarm = defineStore('alarm', () => {
  const queues = useQueues()
  const session = useSession()
  const waiting = ref<StaffCaseRow[]>([])
  const view = ref<StaffCaseView | null>(null)
  const revealed = ref<Values>({})
  const problem = ref('')
  const taking = ref(false)
  const aside = new Map<string, number>()
  let intention = new Intention()

  /** Look for alarms; a console without this queue, or of somebody who is away, has nothing to look for. */
  async function look(): Promise<void> {
    if (session.me?.presence === 'absent') return clear()
    if (queues.state !== 'ready') await queues.refresh()
    if (!queues.items.some((queue) => queue.key === 'alarm')) return
    // Newest first, for what was taken stays in the queue and must not crowd out what nobody has taken.
    const { items } = await listCases({ queue: 'alarm', sort: 'newest', limit: 100 })
    const now = Date.now()
    waiting.value = items.filter((row) => row.rings && (aside.get(row.case_no) ?? 0) < now)
    const first = waiting.value.at(-1)
    if (!first) {
      view.value = null
      return
    }
    const isNew = view.value?.case_no !== first.case_no
    const got = await getCase(first.case_no)
    if (isNew) {
      revealed.value = {}
      problem.value = ''
      intention = new Intention()
    }
    view.value = got
  }

  /** What takes the alarm: the first open action that needs nothing else. */
  const action = computed<AvailableAction | null>(
    () => view.value?.actions.find((one) => one.kind === 'complete' && !findBlock(one) && !listNeeds(one).length) ?? null,
  )

  async function reveal(): Promise<void> {
    const held = view.value
    if (!held) return
    const items = held.masked_items.length ? held.masked_items : listMaskedContact(held, {})
    try {
      const { values } = await revealItems(held.case_no, items, REVEAL_REASON)
      if (view.value?.case_no === held.case_no) revealed.value = values
    } catch (thrown) {
      problem.value = tellProblem(thrown)
    }
  }

  /** Take the alarm and return its number; null where somebody was faster or it did not work. */
  async function take(): Promise<string | null> {
    const held = view.value
    const first = action.value
    if (!held || !first || taking.value) return null
    taking.value = true
    problem.value = ''
    try {
      const body = intention.phrase(held.version, {
        kind: 'complete',
        ...(first.task === null ? {} : { task: first.task }),
        ...(first.outcome === null ? {} : { outcome: first.outcome }),
      })
      await commands.submit(held.case_no, body)
      // The queue may still list it for a moment.
      setAside(held.case_no)
      return held.case_no
    } catch (thrown) {
      const lost = thrown instanceof Problem && ['stale_version', 'task_not_open'].includes(thrown.code)
      problem.value = lost ? '同事已经先接下了。' : tellProblem(thrown)
      void look().catch(() => undefined)
      return null
    } finally {
      taking.value = false
    }
  }

  function setAside(caseNo: string): void {
    aside.set(caseNo, Date.now() + SET_ASIDE_MS)
    waiting.value = waiting.value.filter((row) => row.case_no !== caseNo)
    if (view.value?.case_no === caseNo) view.value = null
  }

  function clear(): void {
    waiting.value = []
    view.value = null
  }

  return { waiting, view, revealed, problem, taking, action, look, reveal, take, setAside, clear }
})
