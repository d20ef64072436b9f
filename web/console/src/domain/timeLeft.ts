/**
 * A deadline as time left, with a bar of how much of the limit is used. What is read is the time that is left, so it
 * alone makes a line red: four minutes are never calmer than four hours, however short or long their limits were.
 */
import type { StaffCaseRow } from '@/api/types'
import { tellNear, tellShort, tellSpan } from './dates'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS
export const RED_UP_TO = 30 * MINUTE_MS
export const AMBER_UP_TO = 240 * MINUTE_MS
/** Of a limit over nights only office hours count: so much of it used is amber, though the clock has hours left. */
export const AMBER_FROM = 0.9

export interface TimeLeft {
  text: string
  /** What stands below it, small: the step up to which the limit holds, or of a promise when its time begins. */
  note?: string
  level: 'none' | 'calm' | 'amber' | 'red'
  /** Share of the limit used, 0..1. */
  share: number
}

/** How long something has waited: whole days from the first on, since hours say nothing more by then. */
export function tellWait(since: string, now: Date): string {
  const waited = Math.max(0, now.getTime() - new Date(since).getTime())
  return waited >= DAY_MS ? `${Math.floor(waited / DAY_MS)}天` : tellSpan(waited)
}

/** `4分钟`: a bare `分` beside a number reads as a mark. Beside hours it is plain, and a column has no room for more. */
const tellLeft = (milliseconds: number) => tellSpan(milliseconds).replace(/^(不到)?(\d+)分$/, '$1$2分钟')

export type Timed = Pick<StaffCaseRow, 'due_at' | 'overdue' | 'time_left' | 'is_alarm' | 'waits_for' | 'waiting_since'> & Partial<Pick<StaffCaseRow, 'limit_until' | 'promise' | 'objected_since'>>

/** Of which limit it is stands with it: the whole of the works has one of its own, and several steps may share one. */
export function tellTimeLeft(row: Timed, now: Date): TimeLeft {
  // What waits for the customer runs against nobody here: staff read since when, and whether to remind them.
  if (row.waits_for === 'customer') {
    const isPast = row.due_at !== null && new Date(row.due_at).getTime() < now.getTime()
    return { text: `等客户 ${tellWait(row.waiting_since, now)}`, level: isPast ? 'amber' : 'none', share: isPast ? 1 : 0 }
  }
  // The clock is the customer's, but what holds the case up is an answer that staff owe.
  if (row.waits_for === 'answer') return { text: row.objected_since ? `客户等答复 ${tellWait(row.objected_since, now)}` : '客户等答复', level: 'amber', share: 1 }
  if (row.promise?.due_at && row.promise.is_open) return tellRunning(row, row.promise, row.promise.due_at, now)
  const own = tellOwn(row, now)
  if (!row.promise?.is_open) return own
  // What somebody was told counts for more than the office hours of a step that only leads there.
  const within = row.promise.within.replaceAll(' ', '')
  // Two times side by side would be taken for one: the step's own is told once it is nearly or wholly over.
  return { text: `处理起${within}内答复`, note: own.level === 'red' ? own.text : '派单后开始算', level: row.overdue ? 'red' : 'amber', share: own.share }
}

/** What counts is the moment that was told, whatever the limit of the step at which the case stands by now. */
function tellRunning(row: Timed, promise: NonNullable<StaffCaseRow['promise']>, due: string, now: Date): TimeLeft {
  const near = tellNear(due, now)
  // A column has no room for month, day and weekday in words.
  const text = `${near.includes('月') ? tellShort(due) : near} 前答复`
  if (promise.answered_at) {
    return { text, note: '回复已发，还要打电话', level: promise.kept ? 'amber' : 'red', share: row.time_left?.share ?? 0 }
  }
  const overdue = new Date(due).getTime() <= now.getTime()
  const own = tellOwn({ ...row, due_at: due, overdue, limit_until: null }, now)
  return { ...own, text, note: own.text.replace('本步', '') }
}

function tellOwn(row: Timed, now: Date): TimeLeft {
  if (!row.due_at) return { text: row.overdue ? '本步已超期' : '本步不限时', level: row.overdue ? 'red' : 'none', share: row.overdue ? 1 : 0 }
  const left = new Date(row.due_at).getTime() - now.getTime()
  const shared = row.limit_until ? { note: `到“${row.limit_until}”为止` } : {}
  const whose = row.limit_until ? '' : '本步'
  if (row.overdue || left <= 0) {
    // The server may call a case overdue a moment before this computer's clock does.
    return { text: left < 0 ? `${whose}超${tellLeft(left)}` : `${whose}已超期`, level: 'red', share: 1, ...shared }
  }
  const share = Math.min(1, Math.max(0, row.time_left?.share ?? 0))
  // Nobody may read a gas leak as something that has time.
  const level = row.is_alarm || left <= RED_UP_TO ? 'red' : left <= AMBER_UP_TO || share >= AMBER_FROM ? 'amber' : 'calm'
  return { text: `${whose}剩${tellLeft(left)}`, level, share, ...shared }
}
