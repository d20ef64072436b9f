import { beforeEach, expect, it } from 'vitest'
import type { Startable } from '@/api/intake'
import type { FormBody } from '@/api/types'
import { chooseValues, describeCase, dropDraft, fillFrom, keepDraft, listKnown, makeDraft, readDraft, searchProcesses } from '@/domain/newCase'

const form = {
  key: 'intake', version: 3, name: '登记',
  sections: [{
    key: 'a', title: '客户',
    fields: [
      { key: 'contact_phone', label: '电话', type: 'phone', personal: 'phone' },
      { key: 'in_person', label: '本人', type: 'choice', personal: 'none' },
      { key: 'agent', label: '代办人', type: 'text', personal: 'name', when: { field: 'in_person', op: 'eq', value: 'agent' } },
    ],
  }],
} as unknown as FormBody
const process = { key: 'card_replacement', name: '补卡', is_alarm: false, form } as Startable

beforeEach(() => sessionStorage.clear())

it('keeps a draft for the one who wrote it, until it is dropped', () => {
  const draft = { ...makeDraft(), process: 'card_replacement', values: { contact_phone: '13812345678' } }
  keepDraft('hotline1', draft)
  expect(readDraft('hotline1')).toEqual(draft)
  expect(readDraft('desk301')).toEqual(makeDraft())
  dropDraft()
  expect(readDraft('hotline1')).toEqual(makeDraft())
})

it('survives a draft that cannot be read', () => {
  sessionStorage.setItem('console.new_case', '{')
  expect(readDraft('hotline1')).toEqual(makeDraft())
})

it('sends what the form asks for, and nothing of another form or of a question that fell away', () => {
  const values = { contact_phone: '138', in_person: 'self', agent: '李四', fault_kind: 'stove', note: '' }
  expect(chooseValues(form, values)).toEqual({ contact_phone: '138', in_person: 'self' })
  expect(chooseValues(form, { ...values, in_person: 'agent' })).toEqual({ contact_phone: '138', in_person: 'agent', agent: '李四' })
  const sent = describeCase({ ...makeDraft(), customerId: 7, values }, process, 'counter', true)
  expect(sent).toEqual({
    process: 'card_replacement', form_version: 3, channel: 'counter', customer_id: 7, allow_duplicate: true,
    values: { contact_phone: '138', in_person: 'self' },
  })
})

it('fills in what is known and overwrites nothing', () => {
  const person = { customer_id: 1, name: '张小红', phone: '13812345678', account_no: null, case_no: null, address: null, masked: false }
  expect(fillFrom(person, { contact_name: '张女士', contact_phone: '' })).toEqual({ contact_name: '张女士', contact_phone: '13812345678' })
})

it('never mixes two people: what came with the one goes with them, and what was typed stays', () => {
  const home = { region: '历下区', street: '', community: '阳光小区', building: '5', unit: '', door: '602', note: '', point: null }
  const first = { customer_id: 1, name: '张小红', phone: '13812345678', account_no: '30100001', address: home, case_no: null, masked: false }
  const second = { ...first, customer_id: 2, name: '李明', phone: '13900000000', account_no: null, address: null }
  const typed = { matter_text: '师傅迟到', contact_phone: '13512340099' }
  const filled = fillFrom(first, typed)
  expect(filled).toEqual({ ...typed, contact_name: '张小红', account_no: '30100001', address: home })
  expect(fillFrom(second, filled, listKnown(first))).toEqual({ ...typed, contact_name: '李明' })
  expect(fillFrom(second, { ...filled, contact_name: '张大红' }, listKnown(first)).contact_name).toBe('张大红')
})

it('finds a process by a part of its name', () => {
  expect(searchProcesses([process], ' 补 ')).toEqual([process])
  expect(searchProcesses([process], '报装')).toEqual([])
  expect(searchProcesses([process], '')).toEqual([process])
})
