/** What somebody who complained was told: by when they are answered. The figures are the server's. */
import type { StaffCaseRow } from '@/api/types'
import { tellNear, tellSpan } from './dates'

type Promised = Pick<StaffCaseRow, 'promise' | 'channel' | 'mark'>

const tellWhom = (row: { channel: string | null }) => (row.channel === 'hotline' ? '来电人' : '客户')

/** `答应来电人：今天 16:40 前答复（3小时）`; before that time runs, what will hold; null where nothing was promised. */
export function tellPromise(row: Promised, now: Date): string | null {
  if (!row.promise) return null
  // A phone breaks the line where a space stands.
  const [due_at, within] = [row.promise.due_at, row.promise.within.replaceAll(' ', '')]
  const { answered_at, is_open } = row.promise
  if (answered_at && !is_open) return `已在 ${tellNear(answered_at, now)} 答复${due_at ? `（答应 ${tellNear(due_at, now)} 前）` : ''}`
  if (!due_at) return `${row.mark ?? '投诉'}：处理起 ${within}内答复`
  return `答应${tellWhom(row)}：${tellNear(due_at, now)} 前答复（${within}）`
}

/** `已派单，答应来电人 明天 01:57 前答复`, once its time has begun by what was just done; null otherwise. */
export function tellBegun(before: StaffCaseRow['promise'] | undefined, after: Partial<Promised>, now: Date): string | null {
  const due_at = after.promise?.due_at
  if (!due_at || after.promise?.answered_at || before === undefined || before?.due_at) return null
  return `已派单，答应${tellWhom({ channel: after.channel ?? null })} ${tellNear(due_at, now)} 前答复`
}

/** What stands beside it in explanation. */
export function explainPromise(row: Promised, now: Date): string {
  const { due_at, answered_at, kept, is_open } = row.promise ?? {}
  if (answered_at && due_at) {
    const kept_how = kept ? '按时做到' : `晚了${tellSpan(new Date(answered_at).getTime() - new Date(due_at).getTime())}`
    return is_open ? `回复已在 ${tellNear(answered_at, now)} 发出（${kept_how}），还要打电话告诉${tellWhom(row)}` : kept_how
  }
  return row.promise?.due_at ? '核实、审核、回复都要在这之前办完' : '派给责任单位、问完有没有其他诉求，就开始算'
}
