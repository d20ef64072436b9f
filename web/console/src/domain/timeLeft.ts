/** A deadline as time left, with a bar that turns amber and then red. */
import type { StaffCaseRow } from '@/api/types'
import { tellSpan } from './dates'

export const AMBER_FROM = 0.7
export const RED_FROM = 0.9

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
  const level = row.is_alarm || share >= RED_FROM ? 'red' : share >= AMBER_FROM ? 'amber' : 'calm'
  return { text: `剩 ${tellSpan(left)}`, level, share }
}
