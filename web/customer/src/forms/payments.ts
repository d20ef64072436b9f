import type { AvailableAction, Bill, CaseSummary, Payments } from '@/api/types'
import { showDayOf } from './shown'
import { showYuan } from './money'

/** "3,580.00 元". */
export const tellYuan = (fen: number): string => `${showYuan(fen)} 元`

/** The customer has said that it is paid, or pays at the counter right now: nothing is asked of them any more. */
export const isUnderWay = (bill: Pick<Bill, 'state'>): boolean => bill.state === 'booking' || bill.state === 'checking'

/** Whether there is still a way to the counter to be made: what waits, and what the counter may not have got yet. */
export const isToPay = (bill: Pick<Bill, 'state'>): boolean => bill.state === 'to_pay' || bill.state === 'booking'

/** The sum beside the headline, as long as it is not on a receipt; null while nobody has set it. */
export function tellDue(bill: Pick<Bill, 'state' | 'what' | 'amount_fen'>): string | null {
  if (bill.amount_fen === null || bill.state === 'to_set' || bill.state === 'disputed') return null
  if (bill.state === 'to_pay') return `应缴${bill.what} ${tellYuan(bill.amount_fen)}`
  return `${bill.what} ${tellYuan(bill.amount_fen)}，${bill.state === 'booking' ? '正在登记' : '正在入账'}`
}

/**
 * Whether the way to the counter is what is to be done first: nothing else that the case waits for goes before it, but to say
 * that it is paid comes after it.
 */
export function paysFirst(bill: Pick<Bill, 'state'> | null, main: Pick<AvailableAction, 'kind' | 'outcome'> | null): boolean {
  return bill !== null && isToPay(bill) && (main === null || main.kind !== 'complete' || main.outcome === 'paid')
}

/** The same for a case in a list, which tells only what is to be paid now. */
export const paysNow = (item: Pick<CaseSummary, 'due' | 'action'>): boolean => paysFirst(item.due && { state: 'to_pay' }, item.action)

/** The last day for paying, all of which the counter is open for it; null where nothing is set. */
export function tellUntil(bill: Pick<Bill, 'until' | 'overdue'>): string | null {
  if (!bill.until) return null
  return bill.overdue ? `原定 ${showDayOf(bill.until)} 下班前缴，请尽快` : `请在 ${showDayOf(bill.until)} 下班前缴`
}

/** That a late payment loses nothing, where no contract says otherwise; null where nothing runs or it is late already. */
export function tellLateToo(bill: Pick<Bill, 'until' | 'overdue' | 'contract_no'>): string | null {
  return bill.until && !bill.overdue && !bill.contract_no ? '赶不上也能缴，不用重新申请，缴费后才开始下一步。' : null
}

/** Where alone money goes: a contract is named just where there is one with the company's account in it. */
export function tellOnlyWhere(bill: Pick<Bill, 'transfer'>): string {
  return bill.transfer ? '只向营业厅或合同上的公司账户缴费，不要转给个人。' : '只向营业厅缴费，不要转给个人。'
}

/**
 * What is left to do once it is paid: the counter books what it took, and of a transfer nobody knows before it is said,
 * where there is a button to say so.
 */
export function tellAfterwards(bill: Pick<Bill, 'transfer'>, maySay: boolean): string {
  if (!maySay) return bill.transfer ? '请留着收据，到账后我们替您登记。' : '缴好请留着收据，营业厅会替您登记。'
  return bill.transfer
    ? '请留着收据。在营业厅缴的，营业厅替您登记；转账的，转好后点下面的按钮告诉我们。'
    : '缴好请留着收据，营业厅会替您登记；营业厅没有登记的，再点下面的按钮告诉我们。'
}

/**
 * What has come in since a paper said what is owed, for whoever signs it afterwards and would take it for still due; null
 * where nothing has come.
 */
export function tellPaidSince(payments: Payments | null, filledAt: string): string | null {
  const since = (payments?.paid ?? []).filter((one) => Date.parse(one.paid_at) >= Date.parse(filledAt))
  if (!since.length) return null
  const paid = `已缴 ${tellYuan(since.reduce((sum, one) => sum + one.amount_fen, 0))}`
  return payments?.bill ? paid : `${paid}，不用再缴`
}

/** What of the whole sum this is, or null where it is all of it. */
export function tellShare(bill: Pick<Bill, 'amount_fen' | 'total_fen' | 'paid_fen'>): string | null {
  if (bill.amount_fen === null || bill.total_fen === null || bill.amount_fen === bill.total_fen) return null
  const paid = bill.paid_fen ? `，已缴 ${tellYuan(bill.paid_fen)}` : ''
  return `总共 ${tellYuan(bill.total_fen)}${paid}，这次缴 ${tellYuan(bill.amount_fen)}`
}

/** What to have at hand at the counter. */
export function tellBring(bill: Pick<Bill, 'contract_no'>, caseNo: string): string {
  return bill.contract_no ? `身份证、合同（编号 ${bill.contract_no}），报办件编号 ${caseNo}` : `身份证，报办件编号 ${caseNo}`
}
