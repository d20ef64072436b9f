/** The alarm that takes the screen: one to send somebody to, else the oldest one that nobody has taken yet. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { getCase, listRingingAlarms, revealItems } from '@/api/cases'
import { Problem, tellProblem } from '@/api/client'
import { Intention } from '@/api/intention'
import type { AvailableAction, RingingAlarm, StaffCaseView, Values } from '@/api/types'
import { findBlock, listNeeds } from '@/domain/actionNeeds'
import { listMaskedContact } from '@/domain/contact'
import { commands } from './openCase'
import { useSession } from './session'

const SET_ASIDE_MS = 60_000
/** Whoever went to name somebody asks first who is free; then it rings again. */
const SEND_MS = 180_000
const REVEAL_REASON = '燃气报警处置'

/** Given to a unit it rings anew, also where it was set aside before. */
const keyOf = (one: RingingAlarm | null) => (one ? `${one.case_no}/${one.rings_for}` : null)

export const useAlarm = defineStore('alarm', () => {
  const session = useSession()
  const waiting = ref<RingingAlarm[]>([])
  const first = computed<RingingAlarm | null>(() => waiting.value[0] ?? null)
  // The case of the first one, for whoever may read it.
  const view = ref<StaffCaseView | null>(null)
  const revealed = ref<Values>({})
  const problem = ref('')
  const taking = ref(false)
  const aside = new Map<string, number>()
  let intention = new Intention()

  /** Look for alarms; whoever is away has nothing to look for. */
  async function look(): Promise<void> {
    if (session.me?.presence === 'absent') return clear()
    const { items } = await listRingingAlarms()
    const now = Date.now()
    const before = keyOf(first.value)
    waiting.value = items.filter((one) => (aside.get(keyOf(one)!) ?? 0) < now)
    const ringing = first.value
    if (keyOf(ringing) !== before) {
      view.value = null
      revealed.value = {}
      problem.value = ''
      intention = new Intention()
    }
    if (!ringing?.may_open) return
    const got = await getCase(ringing.case_no)
    if (first.value?.case_no === got.case_no) view.value = got
  }

  /** It was given to one's own unit, and waits for somebody to be sent. */
  const sends = computed(() => first.value?.rings_for === 'assign')
  /** What takes the alarm: the first open action that needs nothing else. */
  const action = computed<AvailableAction | null>(
    () => (sends.value ? null : (view.value?.actions.find((one) => one.kind === 'complete' && !findBlock(one) && !listNeeds(one).length) ?? null)),
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
    const step = action.value
    if (!held || !step || taking.value) return null
    taking.value = true
    problem.value = ''
    try {
      const body = intention.phrase(held.version, {
        kind: 'complete',
        ...(step.task === null ? {} : { task: step.task }),
        ...(step.outcome === null ? {} : { outcome: step.outcome }),
      })
      await commands.submit(held.case_no, body)
      // The list may still have it for a moment.
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

  function setAside(caseNo: string, lasts = SET_ASIDE_MS): void {
    for (const one of waiting.value) if (one.case_no === caseNo) aside.set(keyOf(one)!, Date.now() + lasts)
    waiting.value = waiting.value.filter((one) => one.case_no !== caseNo)
    if (view.value?.case_no === caseNo) view.value = null
  }

  /** Make room for naming who goes there; returns the case. */
  function goSend(): string | null {
    const caseNo = first.value?.case_no ?? null
    if (caseNo) setAside(caseNo, SEND_MS)
    return caseNo
  }

  function clear(): void {
    waiting.value = []
    view.value = null
  }

  return { waiting, first, view, revealed, problem, taking, sends, action, look, reveal, take, goSend, setAside, clear }
})
