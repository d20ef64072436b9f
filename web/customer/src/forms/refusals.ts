import type { CaseView } from '@/api/types'
import { tellYuan } from './payments'

type Refusal = NonNullable<CaseView['refusal']>

/** What is told of a refusal: while it is put right, and once the customer is to look again. */
export function tellRefusal(refusal: Refusal): { title: string; sums: string; next: string } {
  if (!refusal.is_mended) return { title: '已告诉工作人员，正在改', sums: '', next: `${refusal.name}改好了再请您看，现在不用您办。` }
  const { sum_before_fen: before, sum_now_fen: now } = refusal
  const sums = before === null || now === null ? '' : `费用：原 ${tellYuan(before)} → 现 ${tellYuan(now)}`
  return { title: '改过了，请再看一看', sums, next: '合适就签字；还有不合适的，点“不同意”再写明。' }
}

/** What the page of a signature says when there is nothing to sign any more; a refusal is no signature. */
export function tellNothingToSign(refusal: CaseView['refusal']): string {
  if (!refusal || refusal.is_mended) return '现在没有要您签的，看进度就知道办到哪一步了。'
  const words = refusal.text ? `：${refusal.text}` : ''
  return `您没有签，已告诉工作人员${words}${/[。！？!?]$/.test(words) ? '' : '。'}${refusal.name}改好了再请您看，现在不用您办。`
}
