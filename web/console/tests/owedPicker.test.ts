import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { StaffCaseView } from '@/api/types'
import OwedPicker from '@/components/action/OwedPicker.vue'

const field = (key: string, label: string) => ({ key, label, type: 'documents', personal: 'none', required: true })

function pick(values: Record<string, string[]>, modelValue: string[] = []) {
  const view = {
    form: { sections: [{ key: 's', title: '', fields: [field('licence', '营业执照'), field('proof', '单位证明')] }] },
    values,
    may_be_owed: ['licence', 'proof'],
    owed_documents: [],
  } as unknown as StaffCaseView
  return mount(OwedPicker, { props: { view, modelValue } })
}

it('begins with what the customer has not handed in, and says so', () => {
  const picker = pick({ licence: ['a'] })
  expect(picker.emitted('update:modelValue')).toEqual([[['proof']]])
  expect(picker.text()).toContain('单位证明（客户还没有交）')
  expect(picker.text()).not.toContain('营业执照（客户还没有交）')
})

it('ticks nothing where all is there, and leaves what somebody chose', () => {
  expect(pick({ licence: ['a'], proof: ['b'] }).emitted('update:modelValue')).toEqual([[[]]])
  expect(pick({ licence: ['a'] }, ['licence']).emitted('update:modelValue')).toBeUndefined()
})
