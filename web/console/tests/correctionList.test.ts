import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import CorrectionList from '@/components/action/CorrectionList.vue'

vi.mock('@/api/cases')
vi.mock('@/api/lookups', () => ({ listReasons: () => Promise.resolve({ items: [] }) }))

it('leads from the chosen item to its reason', async () => {
  setActivePinia(createPinia())
  const field = { key: 'floor_area', label: '面积', type: 'number', personal: 'none' }
  const view = { form: { sections: [{ fields: [field] }] }, values: {} } as unknown as StaffCaseView
  const list = mount(CorrectionList, {
    props: { view, modelValue: [], 'onUpdate:modelValue': (modelValue) => list.setProps({ modelValue }) },
    attachTo: document.body,
  })
  expect(list.get('option').text()).toBe('选一项要改的…')
  await list.get('select').setValue('floor_area')
  await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('面积要改的原因'))
  list.unmount()
})
