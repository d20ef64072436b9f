import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { sendCommand } from '@/api/cases'
import type { StaffCaseView } from '@/api/types'
import ActionBar from '@/components/action/ActionBar.vue'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

it('takes neither click nor key while it rests', async () => {
  setActivePinia(createPinia())
  const action = {
    kind: 'complete', task: 1, step: 'accept', outcome: 'accept', name: '受理', asks: [], unmet: null,
    needs_reason: false, needs_corrections: false, needs_owed_documents: false,
  }
  const form = { sections: [] }
  const view = { case_no: '1', version: 1, actions: [action], open_tasks: [], reviews: {}, values: {}, form, changed_items: [], owed_documents: [], corrections: [] }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(sendCommand).mockResolvedValue(open.view)
  const bar = mount(ActionBar)
  const press = async () => {
    await bar.get('button').trigger('click')
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))
    await nextTick()
  }
  open.resting = true
  await nextTick()
  expect(bar.get('button').attributes('disabled')).toBeDefined()
  await press()
  expect(sendCommand).not.toHaveBeenCalled()
  open.resting = false
  await nextTick()
  await press()
  await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
  bar.unmount()
})
