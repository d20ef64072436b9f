import type { Paper } from '@/api/types'
import { showTime } from './shown'

/** Whether something is still to be done with it. */
export function waitsForMe(paper: Pick<Paper, 'state'>): boolean {
  return paper.state !== 'filled'
}

const TO_DO: Record<Exclude<Paper['state'], 'filled'>, string> = { owed: '还要补交', to_fill: '等您填写', draft: '填了一半' }

/** What the line below a paper's name says: what to do, or when it was handed in. */
export function tellPaper(paper: Pick<Paper, 'state' | 'hint' | 'at'>): string {
  if (paper.state !== 'filled') return `${TO_DO[paper.state]}：${paper.hint}`
  return paper.at ? `${showTime(paper.at)} 已交` : '已交'
}
