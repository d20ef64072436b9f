import { describe, expect, it } from 'vitest'
import type { FilledLine, Payments } from '@/api/types'
import { findAnswerKept, listToldOf, tellRemade } from '@/forms/remade'

const place = (may_sign: boolean) => ({ may_sign }) as FilledLine['signers'][number]
const make = (more: Partial<FilledLine>): FilledLine => ({ name: '气量核对单', has_wording: false, signers: [place(true)], objection: null, objection_answer: null, remade: null, may_object: true, ...more }) as FilledLine
const remade = { said: '读数不对', at: '2026-11-29T01:00:00Z', answer: null, changes: [] }
const objection = { text: '读数不对', at: '2026-11-29T01:00:00Z' }

describe('what was found wrong with a paper', () => {
  it('stands at the head of the case while it waits, and with what came of it', () => {
    const papers = [make({}), make({ objection }), make({ objection_answer: { ...objection, said: '读数不对' } }), make({ remade })]
    expect(listToldOf(papers, null)).toEqual(papers.slice(1))
  })

  it('goes to the paper once nothing can be signed or objected to any more', () => {
    const over = { signers: [place(false)], may_object: false }
    expect(listToldOf([make({ ...over, objection_answer: { ...objection, said: '读数不对' } }), make({ ...over, remade })], null)).toEqual([])
    // Who has written too often to write once more still waits for the answer.
    expect(listToldOf([make({ ...over, objection })], null)).toHaveLength(1)
  })

  it('goes to the paper once what it says is paid, but not for a payment before nor while more is asked for', () => {
    const pay = (paid_at: string, bill: object | null = null) => ({ bill, paid: [{ amount_fen: 3600, paid_at, receipt_no: 'R-1' }] }) as unknown as Payments
    const papers = [make({ objection_answer: { ...objection, said: '读数不对' } }), make({ remade })]
    const [after, before] = ['2026-11-29T02:00:00Z', '2026-11-29T00:00:00Z']
    expect([pay(after), pay(before), pay(after, {}), { bill: null, paid: [] }].map((one) => listToldOf(papers, one).length)).toEqual([0, 2, 2, 2])
    // What is said after the payment waits all the same.
    expect(listToldOf([make({ objection })], pay(after))).toHaveLength(1)
  })

  it('has no answer to the old figures beside new ones', () => {
    const answered = { ...remade, answer: '读数是 1312' }
    expect(findAnswerKept(answered)).toBe('读数是 1312')
    expect(findAnswerKept({ ...answered, changes: [{ label: '气款', before: '36.00 元', now: '不欠' }] })).toBeNull()
  })

  it('is answered by the new paper, in the words of its kind', () => {
    expect(tellRemade({ name: '气量核对单', has_wording: false })).toBe('已重新核对，这是新的核对结果')
    expect(tellRemade({ name: '供用气合同', has_wording: true })).toBe('已改过，这是新的供用气合同')
  })
})
