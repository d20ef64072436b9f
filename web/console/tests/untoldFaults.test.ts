import { expect, it } from 'vitest'
import type { FormBody } from '@/api/types'
import { listUntold } from '@/domain/untoldFaults'

const owed = { key: 'arrears_fee', label: '要补缴的气款', type: 'money', required: true, when: { field: 'meter_left', op: 'lte', value: -0.001 } }
const fields = [{ key: 'meter_left', label: '剩余气量', type: 'number' }, owed, { key: 'sign', label: '客户签字', type: 'signature', signer: 'customer' }]
const form = { key: 'gas_check', sections: [{ key: 'gas', title: '气量', fields }] } as unknown as FormBody
const leavesSigners = (field: { signer?: string }) => Boolean(field.signer)

it('tells the fault of a field that is not on the screen in words, and on what that field hangs', () => {
  const [told] = listUntold(form, { meter_left: 12 }, { arrears_fee: '还没有写金额。' }, () => false)
  expect(told).toBe('“要补缴的气款”：还没有写金额。这一项要看“剩余气量”怎么填，请先核对。')
})

it('says nothing twice of a field that is seen, and names one that the screen leaves out', () => {
  expect(listUntold(form, { meter_left: -12 }, { arrears_fee: '还没有写金额。', meter_left: '请核对。' }, () => false)).toEqual([])
  expect(listUntold(form, { meter_left: -12 }, { sign: '合同审批通过以后才能签。' }, leavesSigners)).toEqual(['“客户签字”：合同审批通过以后才能签。'])
})
