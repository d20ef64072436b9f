import type { CaseLinkView } from '@/api/types'
import { tellMoment } from './dates'

type SentLink = NonNullable<CaseLinkView['link']>

const STATES: Record<SentLink['state'], string> = {
  waiting: '正在发送',
  sent: '已发出，客户还没有点开',
  refused: '没有发出去，请打电话联系客户',
  unknown: '发没发出去还不清楚，请打电话问客户',
  opened: '客户已点开',
  expired: '已失效',
}
const ORIGINS: Record<SentLink['origin'], string> = { staff: '', system: '（系统自动发送）', customer: '（客户自己要求重发）' }
const FAULTS: Record<NonNullable<CaseLinkView['fault']>, string> = {
  case_ended: '这件业务已经结束，不能再发链接。',
  link_no_mobile: '没有登记客户的手机号，发不了短信链接。',
  link_not_offered: '短信链接还没有开通。',
}

/** The state of a link in one sentence. */
export function tellLink(link: SentLink): string {
  const moment = link.state === 'opened' && link.opened_at ? link.opened_at : link.sent_at
  const until = link.state === 'sent' || link.state === 'opened' ? `，${tellMoment(link.expires_at)}前有效` : ''
  return `${STATES[link.state]} · ${tellMoment(moment)} · 发到 ${link.phone}${ORIGINS[link.origin]}${until}`
}

export const tellLinkFault = (fault: NonNullable<CaseLinkView['fault']>): string => FAULTS[fault]
