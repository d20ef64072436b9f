import type { CaseContractView } from '@/api/types'
import { tellMoment } from './dates'

type Review = NonNullable<CaseContractView['review']>

/** How far the approval of a contract is, in one sentence. */
export function tellApproval(review: Review): string {
  const decided = review.decided_at ? ` · ${tellMoment(review.decided_at)}` : ''
  if (review.state === 'approved') return `已通过，可以签合同${decided}`
  if (review.state === 'refused') return `没有通过${decided}`
  if (review.state === 'waiting') return '正在报送审批'
  const since = review.submitted_at ? ` · ${tellMoment(review.submitted_at)} 报送` : ''
  if (review.place === 'inside') return `等负责人审批${since}`
  return review.is_silent ? `合同系统还没有答复，正在追问${since}` : `等合同系统审批${since}`
}
