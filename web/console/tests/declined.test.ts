import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { expect, it } from 'vitest'
import type { ProgressStep } from '@/api/types'
import CaseProgress from '@/components/case/CaseProgress.vue'

const step = (more: Partial<ProgressStep>): ProgressStep => ({
  key: 'sign', name: '确认草图', text: '', state: 'done', at: '2026-11-26T01:00:00Z', due_at: null, due_text: null, handler: null, overdue: false, done_by: '客户', ...more,
})

it('calls a refusal no agreement, and an agreement done', () => {
  const shown = mount(CaseProgress, { props: { steps: [step({ declined: true }), step({ key: 'again' })] }, global: { plugins: [ElementPlus] } })
  const [refused, agreed] = shown.findAll('li')
  expect(refused!.text()).toContain('客户没有同意')
  expect(refused!.text()).not.toMatch(/已办|✓/)
  expect(agreed!.text()).toContain('已办')
})
