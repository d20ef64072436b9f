import type { WorksRow } from '@/api/boards'

/** From so many working days left on, works are shown as soon due. */
export const SOON_DAYS = 3

export interface DaysTold {
  text: string
  level: 'calm' | 'amber' | 'red'
  /** Share of the limit used, 0..1. */
  share: number
}

/** Whether works are past their limit and it is our turn: what waits for the customer is not late by us. */
export const isLate = (row: Pick<WorksRow, 'works_overdue' | 'waits_for'>): boolean => row.works_overdue && row.waits_for !== 'customer'

/** What is left of the works' limit, in words and as a bar. */
export function tellDays(row: Pick<WorksRow, 'left_days' | 'limit_days' | 'used_days' | 'works_overdue' | 'waits_for'>): DaysTold {
  // The manual's limit over the works runs on while the customer is waited for; nobody here can hurry then.
  if (row.works_overdue) return { text: `超 ${Math.abs(row.left_days)} 个工作日`, level: isLate(row) ? 'red' : 'amber', share: 1 }
  const share = row.limit_days > 0 ? Math.min(1, row.used_days / row.limit_days) : 1
  return { text: row.left_days ? `剩 ${row.left_days} 个工作日` : '今天到期', level: row.left_days <= SOON_DAYS ? 'amber' : 'calm', share }
}
