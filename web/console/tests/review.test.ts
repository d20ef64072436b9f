import { describe, expect, it } from 'vitest'
import type { Correction, FormBody, StaffCaseView, Values } from '@/api/types'
import { isSecondReview, listReviewItems, passTheRest, summarise, toggleMark } from '@/domain/review'

const form: FormBody = {
  key: 'f',
  version: 1,
  name: '表',
  sections: [
    {
      key: 's',
      title: '段',
      fields: [
        { key: 'name', label: '姓名', type: 'text', personal: 'name', required: true },
        { key: 'area', label: '面积', type: 'number', personal: 'none', required: true },
        { key: 'note', label: '说明', type: 'long_text', personal: 'none' },
        { key: 'boiler', label: '壁挂炉型号', type: 'text', personal: 'none', required: true, when: { field: 'area', op: 'gte', value: 200 } },
        { key: 'proof', label: '房产证明', type: 'documents', personal: 'address', required: true, may_be_owed: true },
      ],
    },
  ],
}
const values: Values = { name: '王*', area: 89, proof: ['k1'] }

type Reviewed = Pick<StaffCaseView, 'form' | 'values' | 'changed_items' | 'owed_documents' | 'corrections'>
const view = (more: Partial<Reviewed> = {}): Reviewed => ({ form, values, changed_items: [], owed_documents: [], corrections: [], ...more })
const keys = (given: Reviewed) => listReviewItems(given, {}).map((item) => item.field.key)

describe('listReviewItems', () => {
  it('leaves out what does not apply and optional fields left empty', () => {
    expect(keys(view())).toEqual(['name', 'area', 'proof'])
    expect(keys(view({ values: { ...values, area: 230, note: '有电梯' } }))).toEqual(['name', 'area', 'note', 'boiler', 'proof'])
  })

  it('asks for everything at the first review', () => {
    expect(isSecondReview(view())).toBe(false)
    expect(summarise(listReviewItems(view(), {}))).toEqual({ passed: 0, rejected: [], open: 3, total: 3 })
  })

  it('asks at the second review only for what changed or still waits', () => {
    const waiting = { no: 1, item: 'proof', label: '房产证明', reason: '看不清', resolved: false, asked_at: '', resolved_at: null } satisfies Correction
    const items = listReviewItems(view({ changed_items: ['area'], corrections: [waiting] }), {})
    expect(items.map((item) => [item.field.key, item.mark?.verdict ?? null, item.changed])).toEqual([
      ['name', 'pass', false],
      ['area', null, true],
      ['proof', null, false],
    ])
  })
})

describe('marks', () => {
  it('sets, changes and takes back a verdict', () => {
    const passed = toggleMark({}, 'area', 'pass')
    expect(passed).toEqual({ area: { verdict: 'pass', reason: '' } })
    const rejected = toggleMark(passed, 'area', 'reject', '面积不符')
    expect(rejected).toEqual({ area: { verdict: 'reject', reason: '面积不符' } })
    expect(toggleMark(rejected, 'area', 'reject', '面积不符')).toEqual({})
  })

  it('passes the rest without touching verdicts or what is owed', () => {
    const marks = { area: { verdict: 'reject' as const, reason: '面积不符' } }
    const given = view({ owed_documents: [{ key: 'proof', label: '房产证明' }] })
    const filled = passTheRest(listReviewItems(given, marks), marks)
    expect(filled).toEqual({ ...marks, name: { verdict: 'pass', reason: '' } })
    expect(summarise(listReviewItems(given, filled))).toEqual({
      passed: 1,
      rejected: [{ item: 'area', label: '面积', reason: '面积不符' }],
      open: 1,
      total: 3,
    })
  })
})
