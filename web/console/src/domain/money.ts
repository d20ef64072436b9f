/** Money is shown in yuan and kept in whole fen; no sum passes through floating numbers. */
import type { CaseFee } from '@/api/types'

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

/** What finance has confirmed, in one sentence; empty where nothing has come in. */
export function tellReceived(fee: Pick<CaseFee, 'received' | 'is_cleared'> | null): string {
  const received = fee?.received ?? []
  if (!received.length) return ''
  const sums = received.map((one) => `${tellYuan(one.amount_fen)} 元${one.receipt_no ? `（入账单号 ${one.receipt_no}）` : ''}`)
  return `财务已确认到账 ${sums.join('、')}，${fee?.is_cleared ? '应缴的已缴清' : '还没有缴清'}`
}

const MOST_FEN = 1_000_000_000

/** The fen of a sum that can be owed, or null: more than nothing, and no more than ten million yuan. */
export function readAmount(text: string): number | null {
  const fen = parseYuan(text)
  return fen !== null && fen > 0 && fen <= MOST_FEN ? fen : null
}

/** What whoever takes money hears of papers with which the customer does not agree; empty where there are none. */
export const tellDisputed = (papers: string[]): string => (papers.length ? `客户对“${papers.join('”“')}”有异议，先核实再收。` : '')
