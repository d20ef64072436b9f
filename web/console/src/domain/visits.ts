/** A handler's own cases as the visits of a day. */
import type { AvailableAction, StaffCaseView } from '@/api/types'
import { tellClock, tellDay, tellSpan, toDay } from './dates'

export interface DayOfVisits {
  day: string | null
  title: string
  visits: StaffCaseView[]
}

const DAY_MS = 86_400_000
const EARLY_MS = 7_200_000

/** Alarms first, then days in their order, visits by their time; what is not booked yet comes last. */
export function groupByDay(visits: readonly StaffCaseView[], now: Date): DayOfVisits[] {
  const today = toDay(now)
  const tomorrow = toDay(new Date(now.getTime() + DAY_MS))
  const days = new Map<string | null, StaffCaseView[]>()
  const alarms = visits.filter((visit) => visit.is_alarm)
  const sorted = visits.filter((visit) => !visit.is_alarm).sort((left, right) =>
    (left.appointment?.start_at ?? '9').localeCompare(right.appointment?.start_at ?? '9'),
  )
  for (const visit of sorted) {
    const day = visit.appointment ? toDay(new Date(visit.appointment.start_at)) : null
    days.set(day, [...(days.get(day) ?? []), visit])
  }
  const booked = [...days].map(([day, list]) => {
    const name = day === today ? '今天 ' : day === tomorrow ? '明天 ' : day && day < today ? '已过 ' : ''
    return { day, title: day ? name + tellDay(day) : '还没约好时间', visits: list }
  })
  return alarms.length ? [{ day: 'alarm', title: '燃气报警 · 马上去', visits: alarms }, ...booked] : booked
}

/** Where an alarm is: its place, else what the caller said, for that may be all there is. */
export function tellAlarmPlace(view: Pick<StaffCaseView, 'place' | 'values'>): string {
  const { words } = view.values
  const said = typeof words === 'string' && words ? `“${words}”` : ''
  return [view.place, said].filter(Boolean).join(' ') || '没有说在哪里，马上打电话问清'
}

/** `今天上门 2 次：09:00–10:00、14:00–15:00`, so that one sees whose hours are free. */
export function tellVisits(hours: readonly string[]): string {
  return hours.length ? `今天上门 ${hours.length} 次：${hours.join('、')}` : '今天还没有上门'
}

/** Between setting off and arriving the handler's position is shown to the customer. */
export function isOnTheWay(view: Pick<StaffCaseView, 'actions'>): boolean {
  return view.actions.some((action) => action.step === 'arrive')
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
