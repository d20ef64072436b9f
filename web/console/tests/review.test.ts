import { describe, expect, it } from 'vitest'
import type { Correction, FormBody, StaffCaseView, Values } from '@/api/types'
import { askBeforePassing, isSecondReview, listMissingPapers, listReviewItems, passTheRest, summarise, toggleMark } from '@/domain/review'

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

describe('what may be owed and is missing', () => {
  const given = (more: Partial<StaffCaseView>) => ({ form, values: {}, may_be_owed: ['proof'], owed_documents: [], ...more }) as unknown as StaffCaseView

  it('is named until it came or is owed', () => {
    expect(listMissingPapers(given({}))).toEqual(['房产证明'])
    expect(listMissingPapers(given({ values }))).toEqual([])
    expect(listMissingPapers(given({ may_be_owed: [] }))).toEqual([])
    expect(listMissingPapers(given({ owed_documents: [{ key: 'proof' }] as StaffCaseView['owed_documents'] }))).toEqual([])
  })

  it('is asked about together with what was returned and not looked at', () => {
    expect(askBeforePassing([], [], '容缺受理')).toBeNull()
    expect(askBeforePassing([], ['房产证明'], '容缺受理')).toMatchObject({ text: expect.stringMatching(/“房产证明”.*改按“容缺受理”/) as string, no: '先不' })
    expect(askBeforePassing(['姓名'], ['房产证明'], '容缺受理')).toMatchObject({ text: expect.stringContaining('“姓名”') as string, note: expect.stringContaining('“房产证明”') as string })
  })
})
