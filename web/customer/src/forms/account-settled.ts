import type { AccountInvoice, AccountPayment } from '@/api/types'
import { showMonth } from './account-figures'
import { showDate, showFullTime } from './shown'

const CHANNELS: Record<AccountPayment['channel'], string> = {
  counter: '营业厅柜台', bank: '银行', wechat: '微信', alipay: '支付宝', card: '刷卡', other: '其他方式',
}

/** What was paid for: the fee, or the gas of which months. */
export const namePaid = (one: Pick<AccountPayment, 'what' | 'months'>): string =>
  one.months.length ? `${one.months.map(showMonth).join('、')}${one.what}` : one.what

/** When and how it was paid, and under which number it was booked, each on a line of its own. */
export const listPaidLines = (one: Pick<AccountPayment, 'paid_at' | 'channel' | 'receipt_no'>): string[] =>
  [`${showFullTime(one.paid_at)}，${CHANNELS[one.channel]}`, one.receipt_no ? `单号 ${one.receipt_no}` : ''].filter((line) => line !== '')

const INVOICES: Record<AccountInvoice['kind'], string> = {
  e_general: '电子普通发票', e_special: '电子专用发票', paper_general: '纸质普通发票', paper_special: '纸质专用发票',
}
const STATES: Record<AccountInvoice['state'], string> = { issued: '', red_flushed: '已红冲，这张不能再用', void: '已作废，这张不能再用' }

/** What kind it is, and of which month's bill. */
export const nameInvoice = (one: Pick<AccountInvoice, 'kind' | 'month'>): string =>
  one.month ? `${showMonth(one.month)}账单，${INVOICES[one.kind]}` : INVOICES[one.kind]

/** All that is needed to look it up, each on a line of its own. */
export function listInvoiceLines(one: Pick<AccountInvoice, 'invoice_no' | 'issued_on' | 'buyer' | 'check_code' | 'payment_no'>): string[] {
  return [
    `${showDate(one.issued_on)} 开`,
    `发票号码 ${one.invoice_no}`,
    one.check_code ? `校验码 ${one.check_code}` : '',
    one.buyer ? `抬头 ${one.buyer}` : '',
    one.payment_no ? `缴费单号 ${one.payment_no}` : '',
  ].filter((line) => line !== '')
}

/** That it is not good any more; empty where it is. */
export const tellInvoiceState = (one: Pick<AccountInvoice, 'state'>): string => STATES[one.state]
