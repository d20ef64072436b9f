/** How a difference between the hall and the company's customer system reads on the screen. */
import type { AccountDifference, AccountFeed, Decision } from '@/api/accountDifferences'
import { tellNear } from './dates'

/** What came of it so far. */
export function tellStanding(one: AccountDifference): { text: string; mark: string } {
  if (one.decision === 'gone') return { text: '两边已经一样', mark: 'grey' }
  if (one.decision === 'renamed') return { text: '只改了名字，绑定没有动', mark: 'green' }
  if (one.decision) return { text: one.decision === 'master' ? '用了主系统的' : '用了本厅的', mark: 'green' }
  if (one.side === 'ask') return { text: one.is_both ? '两边都改了，等您决定' : '主系统改了，等您决定', mark: 'amber' }
  return { text: `两边都改了，已先用${one.side === 'master' ? '主系统' : '本厅'}的`, mark: 'blue' }
}

/** The label of a button: what stands already is only confirmed by it. */
export function tellButton(one: AccountDifference, decision: Decision): string {
  const whose = decision === 'master' ? '用主系统的' : '用本厅的'
  if (one.side === decision) return `就${whose}`
  return one.side === 'ask' ? whose : `改${whose}`
}

/** Whether the name alone may be taken: once the master's holder stands here, everybody is unbound already. */
export const mayBeRenamed = (one: AccountDifference): boolean => one.unit === 'holder' && !one.decision && one.side !== 'master'

/** What stands where the list is empty. */
export function tellEmpty(isOpen: boolean, feed: AccountFeed | null): string {
  if (feed && !feed.is_set_up) return '本厅没有接公司原来的客户系统，这里用不上。'
  return isOpen ? '两边都对上了，没有要处理的。' : '还没有处理过的。'
}

const FIGURES: Partial<Record<AccountFeed['refusals'][number]['direction'], string>> = { reading: '抄表', bill: '账单', balance: '余额', payment: '缴费', invoice: '发票' }

/** Which figure of an account was not taken, and of which month; nothing where it is the account itself. */
export function tellRefused({ direction, subject }: Pick<AccountFeed['refusals'][number], 'direction' | 'subject'>): string {
  const figure = FIGURES[direction]
  return figure ? `${subject} ${figure}，`.trimStart() : ''
}

/** Whether the stars hide just what differs. */
export const looksAlike = (one: AccountDifference): boolean => one.is_masked && !one.decision && one.ours === one.theirs

/** What else happens with a decision that cannot be taken back, as a question before it; else nothing. */
export function tellQuestion(one: AccountDifference, decision: Decision): string {
  if (decision !== 'master' || one.side === 'master') return ''
  if (one.unit === 'holder') return '户主会换成主系统里的人。现在绑定这一户的人都会解绑，要重新绑定。如果还是这个人、只是改了错别字，请点“只改名字”。'
  if (one.unit === 'id_number') return '户主的证件号码会改成主系统的，以后核对身份就按新号码。'
  if (one.unit === 'address') return '这一户的地址会改成主系统的，以后上门就去新地址。'
  return ''
}

/** Who changed it at the master and when, as far as that was told. */
export const tellTheirs = (one: AccountDifference): string => [one.theirs_by, one.theirs_at && tellNear(one.theirs_at)].filter(Boolean).join(' ')

/** When the exchange went well last, and what is still on its way. */
export function tellExchange(feed: AccountFeed): string {
  const told = [feed.pulled_at ? `最近收到：${tellNear(feed.pulled_at)}` : '还没有收到过主系统的资料', feed.pushed_at && `最近送出：${tellNear(feed.pushed_at)}`]
  if (feed.unsent) told.push(`${feed.unsent >= 1000 ? '1000 多' : feed.unsent} 处改动等着送出`)
  return told.filter(Boolean).join('　')
}
