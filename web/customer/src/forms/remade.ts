import type { FilledLine, Payments } from '@/api/types'

/**
 * What stands at the head of a case: what was found wrong with a paper, until the new or the answered one is agreed to, be it
 * by the signature or by paying what it says.
 */
export function listToldOf(papers: FilledLine[], payments: Payments | null): FilledLine[] {
  const stillCounts = (one: FilledLine) => one.may_object || one.signers.some((signer) => signer.may_sign)
  return papers.filter((one) => one.objection || ((one.objection_answer || one.remade) && stillCounts(one) && !isPaidSince(one, payments)))
}

/** Whether the customer has paid since they were answered, and nothing is asked for any more. */
function isPaidSince(paper: FilledLine, payments: Payments | null): boolean {
  const at = paper.remade?.at ?? paper.objection_answer?.at
  return Boolean(at && payments && !payments.bill && payments.paid.some((one) => Date.parse(one.paid_at) >= Date.parse(at)))
}

/** What was answered about the paper before holds only for one that says the same: a new figure is the answer itself. */
export const findAnswerKept = (remade: NonNullable<FilledLine['remade']>): string | null => (remade.changes.length ? null : remade.answer)

/** What has become of the paper that was objected to, in one sentence. */
export const tellRemade = (paper: Pick<FilledLine, 'name' | 'has_wording'>): string =>
  paper.has_wording ? `已改过，这是新的${paper.name}` : '已重新核对，这是新的核对结果'
