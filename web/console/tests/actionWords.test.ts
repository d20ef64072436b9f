import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { AvailableAction, StaffCaseView } from '@/api/types'
import ActionDialog from '@/components/action/ActionDialog.vue'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/lookups', () => ({ listReasons: () => Promise.resolve({ items: [] }), listUnits: () => Promise.resolve({ items: [] }) }))
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

const ACTION = {
  kind: 'complete', task: 1, step: 'record', outcome: 'dispatch', name: '记录并派发', asks: [], unmet: null,
  needs_reason: true, reason_label: null, needs_corrections: false, needs_owed_documents: false,
}

function show(change: Partial<AvailableAction>) {
  setActivePinia(createPinia())
  const action = { ...ACTION, ...change } as AvailableAction
  const view = { case_no: '1', version: 1, status: 'open', actions: [action], open_tasks: [], reviews: {}, values: {}, form: { sections: [] }, changed_items: [], owed_documents: [], may_be_owed: [], corrections: [], visit: {}, forwarding: { parts: [] }, objections: [], suggested_unit: { code: '301', name: '东城' } }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  return mount(ActionDialog, { props: { action }, global: { stubs: { AppDialog: { template: '<div><slot /></div>' }, ElButton: { template: '<button><slot /></button>' }, UnitPicker: { template: '<button class="other" @click="$emit(\'update:modelValue\', \'302\')" />' } } } })
}

it('asks for words that are a record by what they are, in a box to write in', () => {
  const dialog = show({ reason_label: '记录的信息' })
  expect(dialog.get('textarea').attributes('aria-label')).toBe('记录的信息')
  expect(dialog.find('[role=combobox]').exists()).toBe(false)
  expect(dialog.text()).toContain('先写记录的信息')
  expect(dialog.text()).not.toContain('原因')
})

it('asks for the record and for the reason where another unit is chosen than the address says', async () => {
  const dialog = show({ reason_label: '记录的信息', asks: ['unit'] })
  await dialog.get('.other').trigger('click')
  expect(dialog.get('textarea').attributes('aria-label')).toBe('记录的信息，以及为什么不派给建议的单位')
})

it('still asks for a reason as a reason, picked or said', () => {
  const dialog = show({ name: '退回重办' })
  expect(dialog.get('[role=combobox]').attributes('aria-label')).toBe('原因')
  expect(dialog.text()).toContain('先写明原因')
})
