/** A handler's own cases as the visits of a day. */
import type { AvailableAction, StaffCaseView } from '@/api/types'
import { tellClock, tellDay, tellElapsed, tellMoment, tellNear, tellSpan, toDay } from './dates'

export interface DayOfVisits {
  /** Null for what is not booked yet, and for what only waits for its reply. */
  day: string | null
  title: string
  visits: StaffCaseView[]
}

const DAY_MS = 86_400_000
const EARLY_MS = 7_200_000

/** A visit that was made, of which the handler has nothing left but to tell how it went. */
const waitsForReply = (visit: StaffCaseView) => Boolean(visit.visit.made_at) && visit.open_tasks.some((task) => task.step === 'reply')

/** When somebody has come, or is to come: a visit that was made early is no visit of the day it was booked for. */
const tellStart = (visit: StaffCaseView) => visit.visit.made_at ?? visit.appointment?.start_at

/** The open step at which a department's answer waits to be read, or undefined. */
const findAnswer = (visit: Pick<StaffCaseView, 'open_tasks'>) => visit.open_tasks.find((task) => task.step === 'read_answer')

type Told = Pick<StaffCaseView, 'open_tasks' | 'step_name'>

/** What waits for the handler, in plain words: an answer that is to be read holds up what else stands open. */
export const tellStep = (visit: Told): string => findAnswer(visit)?.name ?? visit.step_name

/** An alarm that nobody has dealt with yet: what was found there is told with the result. */
export const isUrgent = (visit: Pick<StaffCaseView, 'is_alarm' | 'visit'>) => visit.is_alarm && !visit.visit.result

/** A complaint that waits for the handler: nobody books an hour for it, but it has to be done in time. */
const isComplaint = (visit: StaffCaseView) => Boolean(visit.mark) && !visit.appointment && !waitsForReply(visit)

/** Whose paper the customer finds something wrong with, and waits for an answer. */
export const isDisputed = (visit: Partial<Pick<StaffCaseView, 'objections'>>) => Boolean(visit.objections?.some((one) => one.may_answer))

const OF_MONEY: ReadonlySet<string | null> = new Set(['charge', 'to_pay'])

/** What waits for money alone: nobody goes anywhere for that. Whoever came today takes it on the spot and keeps the visit. */
function waitsForMoney(visit: StaffCaseView, today: string): boolean {
  const { made_at } = visit.visit
  if (visit.is_alarm || visit.appointment || (made_at && toDay(new Date(made_at)) === today)) return false
  return visit.open_tasks.length > 0 && visit.open_tasks.every((task) => OF_MONEY.has(task.queue))
}

/** Without what only waits for one that stands here as well, or one visit would count twice. */
function leaveOutWaiting(visits: readonly StaffCaseView[]): StaffCaseView[] {
  const known = new Set(visits.map((visit) => visit.case_no))
  return visits.filter((visit) => !visit.child || !known.has(visit.child.case_no))
}

/** When to be there; an alarm has no hour but now, and a complaint none at all: it has a moment to be done by. */
export function tellHeadline(visit: StaffCaseView, now: Date): string {
  if (visit.is_alarm) return visit.visit.result ? '已处置' : `马上去 · 报警已过 ${tellElapsed(now.getTime() - new Date(visit.opened_at).getTime())}`
  if (visit.visit.made_at) return `已上门 ${tellMoment(visit.visit.made_at)}`
  if (visit.appointment) return visit.appointment.text
  if (visit.mark && visit.promise?.due_at && visit.promise.is_open) return `${visit.mark} · 答应 ${tellNear(visit.promise.due_at, now)} 前答复`
  if (visit.mark) return visit.due_at ? `${visit.mark} · ${tellMoment(visit.due_at)} 前办完` : visit.mark
  // Nobody is sent where whoever is on the spot does it themselves.
  return visit.handler_name ? '客户还没约时间' : '当面办理'
}

/** What is written down of the work is called by where it is done: nobody goes on site for a complaint. */
export const nameResult = (visit: Pick<StaffCaseView, 'mark'>) => (visit.mark ? '处理结果' : '现场结果')

/** By when what; null where the headline has said it, since the hour of a visit is no deadline for setting off. */
export function tellDue(visit: Pick<StaffCaseView, 'due_at' | 'appointment' | 'step' | 'step_name' | 'open_tasks'> & Partial<Pick<StaffCaseView, 'limit_until'>>): string | null {
  if (!visit.due_at) return null
  const hour = visit.appointment
  if (hour && new Date(hour.end_at).getTime() === new Date(visit.due_at).getTime()) {
    return ['set_off', 'arrive'].includes(visit.step) ? `${tellClock(hour.start_at)}–${tellClock(hour.end_at)} 之间到客户家` : null
  }
  if (visit.limit_until) return `${tellMoment(visit.due_at)} 前办到“${visit.limit_until}”`
  return `${tellMoment(visit.due_at)} 前完成“${tellStep(visit)}”`
}

/**
 * Alarms first, then complaints, for which no hour is booked and time runs, the answers of departments, then days in
 * their order, visits by their time, what is not booked yet, and last what only waits for its reply.
 */
export function groupByDay(visits: readonly StaffCaseView[], now: Date): DayOfVisits[] {
  const today = toDay(now)
  const tomorrow = toDay(new Date(now.getTime() + DAY_MS))
  const days = new Map<string | null, StaffCaseView[]>()
  const isMade = (visit: StaffCaseView) => visit.is_alarm || waitsForReply(visit)
  // Nobody goes anywhere to answer a customer, but it is the handler's to do, whatever the case waits for.
  const disputed = visits.filter((visit) => !isUrgent(visit) && isDisputed(visit))
  const own = leaveOutWaiting(visits.filter((visit) => !disputed.includes(visit))).filter((visit) => !waitsForMoney(visit, today))
  const alarms = own.filter(isUrgent)
  const answers = own.filter((visit) => !isUrgent(visit) && findAnswer(visit))
  const others = own.filter((visit) => !isUrgent(visit) && !findAnswer(visit))
  const complaints = others.filter(isComplaint).sort((left, right) => (left.due_at ?? '9').localeCompare(right.due_at ?? '9'))
  const rest = others.filter((visit) => !isComplaint(visit))
  const made = rest.filter(isMade)
  const sorted = rest.filter((visit) => !isMade(visit)).sort((left, right) =>
    (tellStart(left) ?? '9').localeCompare(tellStart(right) ?? '9'),
  )
  for (const visit of sorted) {
    const start = tellStart(visit)
    const day = start ? toDay(new Date(start)) : null
    days.set(day, [...(days.get(day) ?? []), visit])
  }
  const groups = [...days].map(([day, list]) => {
    const name = day === today ? '今天 ' : day === tomorrow ? '明天 ' : day && day < today ? '已过 ' : ''
    return { day, title: day ? name + tellDay(day) : '还没约好时间', visits: list }
  })
  if (complaints.length) groups.unshift({ day: 'complaint', title: '投诉 · 抓紧办', visits: complaints })
  if (answers.length) groups.unshift({ day: null, title: '部门有答复，请先看', visits: answers })
  if (disputed.length) groups.unshift({ day: null, title: '客户有异议，等您答复', visits: disputed })
  if (alarms.length) groups.unshift({ day: 'alarm', title: '燃气报警 · 马上去', visits: alarms })
  if (made.length) groups.push({ day: null, title: '做完了，等回复', visits: made })
  return groups
}

/** Where an alarm is: its place, else where that was written down later, and what the caller said, which may be all there is. */
export function tellAlarmPlace(view: Pick<StaffCaseView, 'place' | 'values' | 'documents'>): string {
  const { words } = view.values
  const said = typeof words === 'string' && words ? `“${words}”` : ''
  const record = view.documents.find((one) => one.state === 'filled')
  const place = view.place || (record ? `地址记在“${record.name}”里` : '')
  return [place, said].filter(Boolean).join(' ') || '没有说在哪里，马上打电话问清'
}

/** `今天约了 2 次：09:00–10:00、14:00–15:00`, so that one sees whose hours are free; only booked hours are known here. */
export function tellVisits(hours: readonly string[]): string {
  return hours.length ? `今天约了 ${hours.length} 次：${hours.join('、')}` : '今天没有约上门'
}

/** Between setting off and arriving the handler's position is shown to the customer. */
export function isOnTheWay(view: Pick<StaffCaseView, 'actions'>): boolean {
  return view.actions.some((action) => action.step === 'arrive')
}

/** Whether whoever looks has come to the customer and is the one who was sent. */
export function isOnSite(view: Pick<StaffCaseView, 'part' | 'visit'> | null): boolean {
  return Boolean(view?.part && view.visit.made_at)
}

/** The booked hour has begun and nobody has set off: until then the customer sees no distance. */
export function isTimeToSetOff(view: Pick<StaffCaseView, 'actions' | 'appointment'>, now: Date): boolean {
  return Boolean(view.appointment) && new Date(view.appointment!.start_at) <= now && view.actions.some((action) => action.step === 'set_off')
}

/** What to ask somebody who sets off long before the booked hour, for the customer is told at once; else null. */
export function askEarly(action: AvailableAction, view: Pick<StaffCaseView, 'appointment'>, now: Date): string | null {
  if (action.step !== 'set_off' || !view.appointment) return null
  const { start_at, end_at, text } = view.appointment
  const start = new Date(start_at)
  const early = start.getTime() - now.getTime()
  if (early <= EARLY_MS) return null
  const hour = toDay(start) === toDay(now) ? `${tellClock(start_at)}–${tellClock(end_at)}` : text
  return `约的是 ${hour}，现在出发早了 ${tellSpan(early)}，确定出发？`
}

/** A question before a command that nothing else holds up. */
export interface Question {
  title: string
  text: string
  note: string
  no: string
  yes: string
}

/** What to ask once before an early start, and before a choice between outcomes, which nobody can take back; else null. */
export function askFirst(action: AvailableAction, view: Pick<StaffCaseView, 'appointment' | 'actions'>, now: Date): Question | null {
  const early = askEarly(action, view, now)
  if (early) {
    return { title: '还早，现在就出发？', text: early, note: '出发后客户会收到通知，能看到您离他多远。', no: '先不出发', yes: '现在出发' }
  }
  const choices = view.actions.filter((one) => one.kind === 'complete' && one.task === action.task)
  if (choices.length < 2) return null
  return { title: `${action.name}？`, text: '提交后自己不能再改；填错了，要请片区负责人退回。', note: '', no: '先不提交', yes: action.name }
}
