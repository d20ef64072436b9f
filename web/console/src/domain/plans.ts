/** What plans of visits to gas accounts are called on the screen, and the account numbers in what somebody pasted. */
import type { AccountPlan, PlanAccount, RefusedAccount } from '@/api/plans'

export const MOST_ACCOUNTS = 5000
export const LONGEST_NUMBER = 40

export const ITEM_STATES: Record<PlanAccount['state'], { name: string; mark: string; sign: string }> = {
  open: { name: '还没抄', mark: 'amber', sign: '○' },
  done: { name: '已抄', mark: 'green', sign: '✓' },
  waiting: { name: '还没开工单', mark: '', sign: '…' },
  stopped: { name: '工单已取消', mark: 'red', sign: '✕' },
  skipped: { name: '没开工单', mark: '', sign: '—' },
}

const STATUS: Record<string, string> = { pending: '还没开通', suspended: '已报停', removed: '已拆除', closed: '已销户' }
const WHY: Record<RefusedAccount['why'], string> = {
  unknown: '本单位没有这个户号',
  planned: '同一时间已在别的计划里',
  pending: STATUS.pending!,
  suspended: STATUS.suspended!,
  removed: STATUS.removed!,
  closed: STATUS.closed!,
}

export const tellWhy = (one: RefusedAccount): string => WHY[one.why]

/** Why an account of a plan got no case. */
export const tellSkipped = (status: string | null): string => (status ? (STATUS[status] ?? '') : '')

/** The state of a plan as a mark. */
export function tellPlan(plan: AccountPlan): { text: string; mark: string } {
  const { planned, waiting, open, done } = plan.progress
  if (plan.state === 'draft') return { text: '○ 草稿，没有发布', mark: 'amber' }
  if (plan.state === 'published') return { text: '● 已发布，到日子开工单', mark: 'blue' }
  if (waiting) return { text: `… 正在开工单，${planned - waiting} / ${planned}`, mark: 'blue' }
  return open ? { text: `● 抄表中，还有 ${open} 户`, mark: 'blue' } : { text: done ? '✓ 都抄完了' : '✓ 没有要抄的了', mark: 'green' }
}

/** The share of a plan's accounts that are read, 0..1. */
export const tellShare = (plan: AccountPlan): number => (plan.progress.planned ? plan.progress.done / plan.progress.planned : 0)

/**
 * The account numbers in a pasted column or a CSV table: of a table with a heading 户号 that column, else the first
 * of each line. Each counts once, in its order.
 */
export function readNumbers(text: string): string[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.split(/[\t,，;；、]/).map(clean))
  const at = lines[0]?.indexOf('户号') ?? -1
  // Numbers beside each other in a line of their own are all meant; in a table only its column is.
  const cells = at >= 0 ? lines.slice(1).map((line) => line[at] ?? '') : lines.every((line) => line.every(isNumber)) ? lines.flat() : lines.map((line) => line[0] ?? '')
  return [...new Set(cells.filter(Boolean))].map((one) => one.slice(0, LONGEST_NUMBER))
}

/** Excel keeps digits as text behind a `'`, and tables hold quoted cells. */
const clean = (cell: string): string => cell.trim().replace(/^"(.*)"$/, '$1').replace(/^'/, '').trim()
const isNumber = (cell: string): boolean => cell === '' || /^\d{6,}$/.test(cell)

/** The text of a table as it was saved: UTF-8, or as Excel saves Chinese tables. */
export function decodeTable(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
