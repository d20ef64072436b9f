import { describe, expect, it } from 'vitest'
import type { FormBody, FormField, Values } from '@/api/types'
import { checkForm } from '@/forms/checks'
import { EMPTIED, listLeavable, requireReturned, STILL_UNCHANGED, tellUnchanged } from '@/forms/mending'
import { standInForDevice } from './device'

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
    // Leaving out what was there is nothing new to look at.
    for (const photos of [['a'], ['b', 'a']]) expect(listUnchanged({ photos })).toEqual(returned)
    const turned = Object.fromEntries(Object.entries(place).reverse()) as typeof place
    expect(listUnchanged({ place: turned })).toEqual(returned)
    expect(listUnchanged({ place: { ...turned, door: '502' } })).toEqual(['text', 'photos'])
  })

  it('is not waited for where another choice has made it disappear', () => {
    expect(listUnchanged({ kind: 'no_gas' })).toEqual(['photos', 'place'])
  })

  it('is not mended by taking it out, and may stay away only where the form asks for none', () => {
    const tell = (change: Values, asked = form) => {
      const unmended = tellUnchanged(asked, ['text', 'photos'], before, { ...before, ...change })
      return { unmended, leavable: listLeavable(asked, unmended).map((one) => one.key) }
    }
    expect(tell({ photos: [] })).toEqual({ unmended: { text: STILL_UNCHANGED, photos: EMPTIED }, leavable: [] })
    expect(tell({ photos: [], text: '新的' })).toEqual({ unmended: { photos: EMPTIED }, leavable: ['photos'] })
    const needed = { ...form, sections: [{ ...form.sections[0], fields: form.sections[0].fields.map((one) => ({ ...one, required: true })) }] }
    expect(tell({ photos: [], text: '新的' }, needed).leavable).toEqual([])
    expect(checkForm(requireReturned(form, returned, ['photos']), { ...before, photos: [] }, new Set(returned))).toEqual({})
    // What was empty before is as it was.
    expect(tellUnchanged(form, ['photos'], { ...before, photos: [] }, { ...before, photos: [] })).toEqual({ photos: STILL_UNCHANGED })
  })

  it('has to be filled in, whatever the form said', () => {
    const empty = { ...before, photos: [] }
    expect(checkForm(form, empty, new Set(returned))).toEqual({})
    expect(checkForm(requireReturned(form, returned), empty, new Set(returned))).toEqual({ photos: '请至少拍一张说明' })
  })
})

describe('what was just done with a case', () => {
  it('is told over a reload, until something else happens to the case', async () => {
    standInForDevice(() => 'no_network')
    const { noteDone, tellDone } = await import('@/stores/just-done')
    expect(tellDone({ case_no: '1', version: 4 })).toBeNull()
    noteDone({ case_no: '1', version: 4 }, 'mended')
    expect([tellDone({ case_no: '2', version: 4 }), tellDone({ case_no: '1', version: 4 }), tellDone({ case_no: '1', version: 4 })]).toEqual([null, 'mended', 'mended'])
    expect([tellDone({ case_no: '1', version: 5 }), tellDone({ case_no: '1', version: 4 })]).toEqual([null, null])
  })
})
