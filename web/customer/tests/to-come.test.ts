import { expect, it } from 'vitest'
import type { FormBody } from '@/api/types'
import { tellToCome } from '@/forms/to-come'

const form = {
  key: 'application_suspension', version: 1, name: '', sections: [{ key: 'papers', title: '', fields: [
    { key: 'property_proof', label: '房产证明', type: 'documents', personal: 'address', required: true, may_be_owed: true },
    { key: 'licence', label: '营业执照', type: 'documents', personal: 'none', required: true, may_be_owed: true, when: { field: 'kind', op: 'eq', value: 'unit' } },
    { key: 'photo', label: '照片', type: 'images', personal: 'none', required: false },
  ] }],
} as unknown as FormBody

it('names what was left for later, and until when it is to come', () => {
  expect(tellToCome(form, { kind: 'home' })).toBe('还没交：房产证明。受理后点开这一页补交，最晚在办完前补上。')
  expect(tellToCome(form, { kind: 'unit' })).toContain('房产证明、营业执照')
})

it('says nothing where all that is asked for is there', () => {
  expect(tellToCome(form, { property_proof: ['file'] })).toBeNull()
})
