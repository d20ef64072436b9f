/** Money is shown in yuan and kept in whole fen; no sum passes through floating numbers. */
import type { CaseFee, StaffCaseView } from '@/api/types'

/** The fen that somebody typed as yuan, or null where it is no sum of money. */
export function parseYuan(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/[\s,¥元]/g, '')
  const found = /^(-?)(\d{1,12})(?:\.(\d{0,2}))?$/.exec(plain)
  if (!found) return null
  const fen = Number(found[2]) * 100 + Number((found[3] ?? '').padEnd(2, '0'))
  return found[1] ? -fen : fen
}

/** ``1,234.50`` for 123450 fen. */
export function tellYuan(fen: number): string {
  const whole = Math.abs(fen)
  const yuan = String(Math.trunc(whole / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '-' : ''}${yuan}.${String(whole % 100).padStart(2, '0')}`
}

/** What is collected, as ``安装费 3,580.00 元``; the name alone where nobody has set the sum, null where no money is taken. */
export function tellFee(fee: Pick<CaseFee, 'due_fen' | 'what'> | null): string | null {
  if (!fee?.what) return null
  return fee.due_fen ? `${fee.what} ${tellYuan(fee.due_fen)} 元` : fee.what
}

/** What the sum comes of, in one line; empty where nobody recorded it. */
export const tellBasis = (fee: Pick<CaseFee, 'basis'> | null): string => (fee?.basis ?? []).map((one) => `${one.label} ${one.text}`).join('，')

/** What a slip says is owed and what has come in of it, in one sentence; empty where no slip says so. */
export function tellReceived(fee: Pick<CaseFee, 'received' | 'recorded'> | null): string {
  const recorded = fee?.recorded
  if (!recorded) return ''
  const numbers = fee.received.flatMap((one) => one.receipt_no ?? [])
  const came = `已收 ${tellYuan(recorded.paid_fen)} 元${numbers.length ? `（入账单号 ${numbers.join('、')}）` : ''}`
  return `${recorded.what} ${tellYuan(recorded.owed_fen)} 元，${came}，${recorded.missing_fen ? `还差 ${tellYuan(recorded.missing_fen)} 元` : '已缴清'}`
}

const MOST_FEN = 1_000_000_000

/** The fen of a sum that can be owed, or null: more than nothing, and no more than ten million yuan. */
export function readAmount(text: string): number | null {
  const fen = parseYuan(text)
  return fen !== null && fen > 0 && fen <= MOST_FEN ? fen : null
}

/** What whoever takes money hears of papers with which the customer does not agree; empty where there are none. */
export function tellDisputed(papers: string[], fee: Pick<CaseFee, 'is_disputed'> | null): string {
  if (fee?.is_disputed) return '客户对数有异议，先不收。等填单据的同事答复了客户再收。'
  return papers.length ? `客户对“${papers.join('”“')}”有异议，先核实再收。` : ''
}

/** What stands before the sum: what is taken already is not asked for once more, and who is to confirm it reads that it is they. */
export function tellStage(fee: Pick<CaseFee, 'is_taken' | 'is_disputed'>, actions: Pick<StaffCaseView['actions'][number], 'kind' | 'asks'>[] = []): string {
  if (fee.is_taken) return actions.some((one) => one.kind === 'complete' && one.asks.includes('receipt')) ? '窗口已收款，请您核对到账：' : '已收款，等财务核对到账：'
  return fee.is_disputed ? '单据上的数：' : '要收：'
}

const TAKING = ['terminal', 'counter', 'client', 'transfer']

/** What was done, for a short message: that the way of paying was chosen is not yet that money came. */
export function tellActed(name: string, view: Pick<StaffCaseView, 'status' | 'open_tasks'>): string {
  const charged = view.status === 'open' && view.open_tasks.filter((task) => task.queue === 'charge').map((task) => task.step)
  if (charged && charged.some((step) => TAKING.includes(step))) return `已登记${name}，等缴费到账`
  return charged && charged.includes('collect') ? '已登记收款，等财务核对到账' : `已办：${name}`
}
