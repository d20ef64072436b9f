import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { getCase, saveReviews, sendCommand } from '@/api/cases'
import { Problem, tellProblem } from '@/api/client'
import { hints } from '@/api/realtime'
import { CommandQueue } from '@/api/commandQueue'
import type { AvailableAction, CommandBody, FileView, ReviewMarks, StaffCaseView, Values } from '@/api/types'
import { callForStaff } from '@/domain/askedForm'
import { closeNotices } from '@/domain/browserNotices'
import { listReviewItems, summarise } from '@/domain/review'
import { noteAsked, wasAsked } from '@/domain/signingAsked'
import type { LeftStep } from '@/domain/stayingHere'
import { keepVisit, readVisit } from '@/domain/visitDrafts'
import { useSession } from './session'

export const commands = new CommandQueue(sendCommand)

const SAVE_AFTER_MS = 500
const LINKS_LAST_MS = 8 * 60_000
const REST_MS = 500
/** Another case with the same button under the hand: longer than the slowest double click that a computer knows (900 ms). */
const REST_AT_NEXT_CASE_MS = 1000

/** What a visit brings, kept while its case is open, so that closing a sheet loses nothing. */
export interface VisitDraft {
  result: string
  photos: FileView[]
  /** What the customer wrote on the glass, as a data address; empty where nothing was. */
  drawing: string
}

const makeDraft = (): VisitDraft => ({ result: '', photos: [], drawing: '' })
/** The open task at which a visit is recorded, or null where none is to be. */
const findRecorded = (view: StaffCaseView): number | null =>
  view.actions?.find((one) => one.asks.includes('result') || one.asks.includes('photos'))?.task ?? null

export const useOpenCase = defineStore('openCase', () => {
  const caseNo = ref<string | null>(null)
  const view = ref<StaffCaseView | null>(null)
  const state = ref<'none' | 'loading' | 'ready' | 'failed'>('none')
  const problem = ref('')
  const marks = ref<ReviewMarks>({})
  const marksProblem = ref('')
  const revealed = ref<Values>({})
  const newerVersion = ref(false)
  /** How the case stands by now, where that is not what the screen shows. */
  const newerStatus = ref<StaffCaseView['status'] | null>(null)
  const draft = ref<VisitDraft>(makeDraft())
  /** A note or message is half written. */
  const isWriting = ref(false)
  // What was begun at one case is still there when one comes back to it.
  const drafts = new Map<string, VisitDraft>()
  // Of which papers it was asked whether to sign them: once for each is enough, also after one comes back.
  let carried: { caseNo: string; values: Values } | null = null
  const resting = ref(false)
  /** The step that was done last at this case. */
  const left = ref<LeftStep | null>(null)
  /** The case whose action that asks for this opens by itself, once it is on the screen. */
  const wanted = ref<{ caseNo: string; asks: AvailableAction['asks'][number] } | null>(null)
  let restOver: ReturnType<typeof setTimeout> | undefined
  let unsaved = false
  let linksSince = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const session = useSession()
  // Whoever signs in here next finds nothing of what was begun.
  watch(() => session.me?.username, () => drafts.clear())
  // A signature is not kept: it is the customer's, who may be gone by the next try.
  watch(
    () => [draft.value.result, draft.value.photos.length],
    () => {
      const task = view.value ? findRecorded(view.value) : null
      if (session.me && caseNo.value && task !== null) keepVisit(session.me.username, caseNo.value, { task, result: draft.value.result, photos: draft.value.photos })
    },
  )

  /** Offer again what a former life of this page has kept. */
  function takeUp(given: StaffCaseView): void {
    if (view.value || draft.value.result || draft.value.photos.length || !session.me || !caseNo.value) return
    const kept = readVisit(session.me.username, caseNo.value, [findRecorded(given)])
    if (kept) draft.value = { ...draft.value, result: kept.result, photos: kept.photos }
    drafts.set(caseNo.value, draft.value)
  }

  /** Note that one was asked to sign the paper of this task. */
  const noteSigningAsked = (task: number): void => noteAsked(session.me?.username ?? '', caseNo.value ?? '', task)

  /** Whether one's own signature is missing on a paper of which it was not asked yet; it is noted that it is asked now. */
  function asksToSign(): boolean {
    const fresh = (view.value?.documents ?? []).filter((line) => line.own_unsigned.length && !wasAsked(session.me?.username ?? '', caseNo.value ?? '', line.task))
    for (const line of fresh) noteSigningAsked(line.task)
    return fresh.length > 0
  }

  function show(given: StaffCaseView): void {
    takeUp(given)
    view.value = { ...given, form: callForStaff(given.form) }
    // What other departments answer changes the application alone, and not the order that came from it.
    hints.watchCases([given.case_no, given.application_no])
    linksSince = Date.now()
    newerVersion.value = false
    newerStatus.value = null
    if (!unsaved) marks.value = { ...given.reviews }
    state.value = 'ready'
  }

  /** After something was done the buttons rest: a second click must not hit what has come under the hand. */
  function rest(milliseconds = REST_MS): void {
    resting.value = true
    clearTimeout(restOver)
    restOver = setTimeout(() => (resting.value = false), milliseconds)
  }

  async function open(wanted: string | null): Promise<void> {
    // The rest begins anew once the next case can be seen, however long it took to come.
    const jumped = resting.value
    if (wanted !== caseNo.value) {
      await flushMarks()
      caseNo.value = wanted
      hints.watchCases(wanted ? [wanted] : [])
      view.value = null
      revealed.value = carried?.caseNo === wanted ? carried.values : {}
      carried = null
      draft.value = (wanted && drafts.get(wanted)) || makeDraft()
      if (wanted) drafts.set(wanted, draft.value)
      marks.value = {}
      marksProblem.value = ''
      unsaved = false
      left.value = null
    }
    if (!wanted) {
      state.value = 'none'
      return
    }
    closeNotices(wanted)
    await reload()
    if (jumped) rest(REST_AT_NEXT_CASE_MS)
  }

  /** Let what was shown of a case elsewhere stay in sight when it is opened here next. */
  function carry(of: string, values: Values): void {
    if (caseNo.value === of) revealed.value = { ...revealed.value, ...values }
    else carried = { caseNo: of, values }
  }

  async function reload(): Promise<void> {
    const asked = caseNo.value
    if (!asked) return
    if (!view.value) state.value = 'loading'
    try {
      const got = await getCase(asked)
      if (asked === caseNo.value) show(got)
    } catch (thrown) {
      if (asked !== caseNo.value) return
      problem.value = tellProblem(thrown)
      if (!view.value) state.value = 'failed'
    }
  }

  /** Look whether somebody else moved the case; what stands on the screen stays until the person says so. */
  async function check(): Promise<void> {
    const asked = caseNo.value
    const held = view.value
    if (!asked || !held) return
    const got = await getCase(asked)
    if (asked !== caseNo.value || view.value !== held) return
    if (got.version !== held.version) {
      newerVersion.value = true
      newerStatus.value = got.status
      return
    }
    const { notes, messages, history, progress, due_at, overdue, waits_for, sent_back, time_left, limit_until, promise, works_due_at, works_overdue, promised_end, documents, objections, objections_settled, objections_beside, objected_papers, objected_since, extension, open_tasks, team, may_book, forwarding, actions } = got
    Object.assign(held, { notes, messages, history, progress, due_at, overdue, waits_for, sent_back, time_left, limit_until, promise, works_due_at, works_overdue, promised_end, documents, objections, objections_settled, objections_beside, objected_papers, objected_since, extension, open_tasks, team, may_book, forwarding, actions })
    // New links only when the old ones are about to end: another address would load each picture again.
    if (Date.now() - linksSince > LINKS_LAST_MS) {
      held.files = got.files
      held.visit = got.visit
      linksSince = Date.now()
    }
  }

  function setMarks(next: ReviewMarks): void {
    marks.value = next
    unsaved = true
    clearTimeout(timer)
    timer = setTimeout(() => void flushMarks(), SAVE_AFTER_MS)
  }

  /** Save marks that wait; a rejected item still without a reason is kept here until it has one. */
  async function flushMarks(): Promise<void> {
    clearTimeout(timer)
    const asked = caseNo.value
    if (!unsaved || !asked) return
    const sent = marks.value
    const whole = Object.fromEntries(
      Object.entries(sent).filter(([, mark]) => mark.verdict === 'pass' || mark.reason.trim()),
    )
    if (!Object.keys(whole).length) return
    try {
      await saveReviews(asked, whole)
      if (asked !== caseNo.value) return
      if (marks.value === sent) unsaved = false
      marksProblem.value = ''
    } catch (thrown) {
      if (asked === caseNo.value) marksProblem.value = tellProblem(thrown)
    }
  }

  /** Send a command by the one queue and show the case as it is afterwards. Raises Problem. */
  async function perform(body: CommandBody): Promise<StaffCaseView> {
    const asked = caseNo.value!
    const { open_tasks = [], promise } = view.value ?? {}
    await flushMarks()
    try {
      const got = await commands.submit(asked, body)
      if (session.me) keepVisit(session.me.username, asked, { task: 0, result: '', photos: [] })
      if (asked === caseNo.value) {
        unsaved = false
        draft.value = makeDraft()
        drafts.set(asked, draft.value)
        left.value = { task: body.task ?? null, open_tasks, promise }
        rest()
        show(got)
      }
      return got
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.code === 'stale_version' && asked === caseNo.value) {
        newerVersion.value = true
      }
      throw thrown
    }
  }

  /** Let a call that answers with the case change it, and show it as it is afterwards. Raises Problem. */
  async function arrange(call: (caseNo: string) => Promise<StaffCaseView>): Promise<void> {
    const asked = caseNo.value!
    await flushMarks()
    const got = await call(asked)
    if (asked === caseNo.value) show(got)
  }

  const values = computed<Values>(() => ({ ...view.value?.values, ...revealed.value }))
  const reviewItems = computed(() => (view.value ? listReviewItems(view.value, marks.value) : []))
  const summary = computed(() => summarise(reviewItems.value))

  /** True while something was typed here that is not saved: a note, a result, a rejection without its reason. */
  const holdsTyped = computed(() => {
    const { result, photos, drawing } = draft.value
    const isUnreasoned = Object.values(marks.value).some((mark) => mark.verdict === 'reject' && !mark.reason.trim())
    return isWriting.value || isUnreasoned || Boolean(result.trim() || photos.length || drawing)
  })

  return {
    isWriting, holdsTyped, wanted, caseNo, view, state, problem, marks, marksProblem, revealed, newerVersion, newerStatus, draft, resting, left,
    values, reviewItems, summary,
    open, carry, reload, check, asksToSign, noteSigningAsked, setMarks, flushMarks, perform, arrange,
  }
})
