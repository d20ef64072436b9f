import type { FilledLine, Paper } from '@/api/types'
import { showTime } from './shown'

/** Whether something is still to be done with it. */
export function waitsForMe(paper: Pick<Paper, 'state'>): boolean {
  return paper.state !== 'filled'
}

const TO_DO: Record<Exclude<Paper['state'], 'filled'>, string> = { owed: '还要补交', to_fill: '等您填写', draft: '填了一半', to_sign: '等您签字' }

/** What is said in the place of what is gone. */
export const ERASED = '个人信息已按期清除'

/** What the line below a paper's name says: what to do, when it was handed in, or when the company made it out. */
export function tellPaper(paper: Pick<Paper, 'state' | 'hint' | 'at' | 'own' | 'number' | 'is_erased'>): string {
  if (paper.is_erased) return ERASED
  if (paper.state !== 'filled') return `${TO_DO[paper.state]}：${paper.hint}`
  const done = paper.own ? '已交' : '开具，可下载'
  const told = paper.at ? `${showTime(paper.at)} ${done}` : done
  return paper.number && !paper.own ? `${told} · ${paper.number}` : told
}

/** `检查人` becomes `检查人签字`; what says so already stays, since nobody reads 签字签名. */
export const nameSigning = (label: string, word: '签字' | '签名'): string => (/签[字名]$/.test(label) ? label : label + word)

type Signed = Pick<FilledLine, 'signers'>

/** Whether the only place to sign is one that may stay empty: nobody else signs there, and nothing waits for it. */
export const mayStayUnsigned = (paper: Signed): boolean => paper.signers.length === 1 && paper.signers[0]!.optional

/** The link to a paper that nobody need sign any more: to look at it, or for who acts for the owner. */
export const nameUnasked = (paper: Signed): string => (mayStayUnsigned(paper) ? '看看写得对不对' : '替别人办的，代办人在这里签')
