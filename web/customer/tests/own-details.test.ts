import { describe, expect, it } from 'vitest'
import type { FormBody, FormField, Me } from '@/api/types'
import { fillOwnDetails, listFreshDetails } from '@/forms/own-details'

const field = (key: string, personal: FormField['personal']): FormField => ({ key, label: key, type: 'text', personal, required: true })
const form: FormBody = {
  key: 'repair', version: 1, name: '报修',
  sections: [{ key: 'all', title: '全部', fields: [field('contact', 'name'), field('contact_phone', 'phone'), field('other_phone', 'phone'), field('words', 'none')] }],
}
const me = (over: Partial<Me>): Me => ({ display_name: '李*', name: null, phone: null, phone_masked: null, phone_verified: false, ...over })

describe('what the account knows', () => {
  it('stands in the first field of its kind, where nothing was typed', () => {
    expect(fillOwnDetails(form, { words: '打不着' }, me({ name: '李明', phone: '13800138000' }))).toEqual({
      words: '打不着', contact: '李明', contact_phone: '13800138000',
    })
    expect(fillOwnDetails(form, { contact_phone: '13900139000' }, me({ phone: '13800138000' }))).toEqual({ contact_phone: '13900139000' })
    expect(fillOwnDetails(form, {}, me({}))).toEqual({})
  })

  it('comes into a form that somebody is filling in, and takes nothing away', () => {
    const typed = { words: '打不着', contact: '李大明' }
    expect(listFreshDetails(form, typed, me({ name: '李明', phone: '13800138000' }))).toEqual([['contact_phone', '13800138000']])
    expect(listFreshDetails(form, { ...typed, contact_phone: '13900139000' }, me({ phone: '13800138000' }))).toEqual([])
    expect(listFreshDetails(form, typed, me({}))).toEqual([])
  })
})
