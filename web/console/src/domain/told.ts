/** What the customer was told and what the customer said, in words. */
import type { CaseElsewhere, ToldMessage } from '@/api/types'

type Try = ToldMessage['tries'][number]

const CHANNELS: Record<Try['channel'], string> = { mini: '微信小程序', official: '微信公众号', sms: '短信' }
const STATES: Record<Try['state'], string> = { sending: '正在发', sent: '已发出', refused: '没发出去', unknown: '是否收到不明' }

/** `微信小程序没发出去，短信已发出`; whatever came of it, the customer finds the message in the client. */
export function tellTries(tries: readonly Try[]): string {
  return tries.length ? tries.map((one) => CHANNELS[one.channel] + STATES[one.state]).join('，') : '只在小程序里显示'
}

/** The words of the text message, where one went out or may have: it has no room for the whole message. */
export function tellSms(message: Pick<ToldMessage, 'sms' | 'tries'>): string {
  const went = message.tries.some((one) => one.channel === 'sms' && one.state !== 'refused')
  return went && message.sms ? `短信原文：${message.sms}` : ''
}

/** `★★★★☆ 4 星` */
export function tellStars(stars: number): string {
  return `${'★'.repeat(stars)}${'☆'.repeat(5 - stars)} ${stars} 星`
}

/** Of a case that another unit has only that is told, and whom to call there. */
export function tellElsewhere(caseNo: string, one: CaseElsewhere): string {
  const who = one.contact_name.startsWith(one.unit_name) ? one.contact_name : [one.unit_name, one.contact_name].filter(Boolean).join(' ')
  const call = one.contact_phone ? `请打电话给${who} ${one.contact_phone}。` : one.contact_name ? `请联系${who}。` : '请联系该单位，或打客服热线。'
  return `办件 ${caseNo} 在${one.unit_name}，您这里看不到内容。${call}`
}
