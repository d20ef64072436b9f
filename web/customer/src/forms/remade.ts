import type { FilledLine } from '@/api/types'

/** What stands at the head of a case: what was found wrong with a paper, until the new or the answered one is agreed to. */
export function listToldOf(papers: FilledLine[]): FilledLine[] {
  const stillCounts = (one: FilledLine) => one.may_object || one.signers.some((signer) => signer.may_sign)
  return papers.filter((one) => one.objection || ((one.objection_answer || one.remade) && stillCounts(one)))
}

/** What has become of the paper that was objected to, in one sentence. */
export const tellRemade = (paper: Pick<FilledLine, 'name' | 'has_wording'>): string =>
  paper.has_wording ? `已改过，这是新的${paper.name}` : '已重新核对，这是新的核对结果'
