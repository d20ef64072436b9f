/**
 * A deadline as time left, with a bar of how much of the limit is used. What is read is the time that is left, so it
 * alone makes a line red: four minutes are never calmer than four hours, however short or long their limits were.
 */
import type { StaffCaseRow } from '@/api/types'
import { tellSpan } from './dates'

const MINUTE_MS = 60_000
export const RED_UP_TO = 30 * MINUTE_MS
export const AMBER_UP_TO = 240 * MINUTE_MS
/** Of a limit over nights only office hours count: so much of it used is amber, though the clock has hours left. */
export const AMBER_FROM = 0.9

export interface TimeLeft {
  text: string
  level: 'none' | 'calm' | 'amber' | 'red'
  /** Share of the limit used, 0..1. */
  share: number
}

export function tellTimeLeft(
  row: Pick<StaffCaseRow, 'due_at' | 'overdue' | 'time_left' | 'is_alarm' | 'waits_for'>,
  now: Date,
): TimeLeft {
  // The customer reads a day of theirs, so staff may not read that there is all the time in the world.
  if (!row.due_at && row.waits_for === 'customer') return { text: '等客户', level: 'none', share: 0 }
  if (!row.due_at) return { text: row.overdue ? '已超期' : '不限时', level: row.overdue ? 'red' : 'none', share: row.overdue ? 1 : 0 }
  const left = new Date(row.due_at).getTime() - now.getTime()
  if (row.overdue || left <= 0) {
    // The server may call a case overdue a moment before this computer's clock does.
    return { text: left < 0 ? `超 ${tellSpan(left)}` : '已超期', level: 'red', share: 1 }
  }
  const share = Math.min(1, Math.max(0, row.time_left?.share ?? 0))
  // Nobody may read a gas leak as something that has time.
  const level = row.is_alarm || left <= RED_UP_TO ? 'red' : left <= AMBER_UP_TO || share >= AMBER_FROM ? 'amber' : 'calm'
  return { text: `剩 ${tellSpan(left)}`, level, share }
}
