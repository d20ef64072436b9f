import { describe, expect, it } from 'vitest'
import type { FormBody, FormField, Values } from '@/api/types'
import { checkForm } from '@/forms/checks'
import { requireReturned, tellUnchanged } from '@/forms/mending'
import { noteMended, takeMended } from '@/stores/just-mended'

const field = (over: Partial<FormField>): FormField => ({ key: 'text', label: '说明', type: 'text', personal: 'none', required: false, ...over })
const form: FormBody = {
  key: 'repair', version: 1, name: '报修',
  sections: [{
    key: 'all', title: '全部', fields: [
      field({ key: 'kind', type: 'choice' }),
      field({ key: 'text', when: { field: 'kind', op: 'eq', value: 'stove' } }),
      field({ key: 'photos', type: 'photos', may_be_owed: true }),
      field({ key: 'place', type: 'address' }),
    ],
  }],
}
const place = { region: '历下区', street: '街', community: '小区', building: '3幢', unit: '', door: '501', note: '', point: { lat: 36, lng: 117 } }
const before: Values = { kind: 'stove', text: '打不着', photos: ['a', 'b'], place }
const returned = ['text', 'photos', 'place']

function listUnchanged(change: Values): string[] {
  return Object.keys(tellUnchanged(form, returned, before, { ...before, ...change }))
}

describe('what came back', () => {
  it('stands as it was until its value truly differs', () => {
    expect(listUnchanged({})).toEqual(returned)
    expect(listUnchanged({ text: ' 打不着 ' })).toEqual(returned)
    expect(listUnchanged({ text: '三个灶眼都打不着' })).toEqual(['photos', 'place'])
    expect(listUnchanged({ photos: ['a', 'c'] })).toEqual(['text', 'place'])
    const turned = Object.fromEntries(Object.entries(place).reverse()) as typeof place
    expect(listUnchanged({ place: turned })).toEqual(returned)
    expect(listUnchanged({ place: { ...turned, door: '502' } })).toEqual(['text', 'photos'])
  })

  it('is not waited for where another choice has made it disappear', () => {
    expect(listUnchanged({ kind: 'no_gas' })).toEqual(['photos', 'place'])
  })

  it('has to be filled in, whatever the form said', () => {
    const empty = { ...before, photos: [] }
    expect(checkForm(form, empty, new Set(returned))).toEqual({})
    expect(checkForm(requireReturned(form, returned), empty, new Set(returned))).toEqual({ photos: '请至少拍一张说明' })
  })
})

describe('a case that was handed in again', () => {
  it('is told of once, on its own page, with its version then', () => {
    noteMended('1', 7)
    expect([takeMended('2'), takeMended('1'), takeMended('1')]).toEqual([null, 7, null])
  })
})
