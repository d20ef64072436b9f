import { expect, it } from 'vitest'
import type { FormBody, FormField } from '@/api/types'
import { isReasonUnasked, tellLate } from '@/domain/lateEnds'

const reason = { key: 'late_reason', label: '晚于规定期限的原因', type: 'text' } as FormField
const fields = [{ key: 'completion_on', label: '竣工时间', type: 'date' }, reason]
const form = { key: 'slip', sections: [{ key: 's', title: '工期', fields }], rules: [{ field: 'completion_on', within_limit: 'late_reason' }] } as unknown as FormBody

it('warns at the day that is past the limit and only then asks why', () => {
  const late = { completion_on: '2026-12-20' }
  expect(tellLate(form, 'completion_on', late, '2026-12-11')).toContain('超过规定期限 12月11日 周五')
  expect(isReasonUnasked(form, reason, late, '2026-12-11')).toBe(false)
  expect(tellLate(form, 'completion_on', { completion_on: '2026-12-11' }, '2026-12-11')).toBe('')
  expect(isReasonUnasked(form, reason, { completion_on: '2026-12-11' }, '2026-12-11')).toBe(true)
  expect(isReasonUnasked(form, reason, { late_reason: '主管道未通' }, null)).toBe(false)
})
