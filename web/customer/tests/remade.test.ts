import { describe, expect, it } from 'vitest'
import type { FilledLine } from '@/api/types'
import { listToldOf, tellRemade } from '@/forms/remade'

const place = (may_sign: boolean) => ({ may_sign }) as FilledLine['signers'][number]
const make = (more: Partial<FilledLine>): FilledLine => ({ name: '气量核对单', has_wording: false, signers: [place(true)], objection: null, objection_answer: null, remade: null, may_object: true, ...more }) as FilledLine
const remade = { said: '读数不对', at: '2026-11-29T01:00:00Z', answer: null, changes: [] }
const objection = { text: '读数不对', at: '2026-11-29T01:00:00Z' }

describe('what was found wrong with a paper', () => {
  it('stands at the head of the case while it waits, and with what came of it', () => {
    const papers = [make({}), make({ objection }), make({ objection_answer: { ...objection, said: '读数不对' } }), make({ remade })]
    expect(listToldOf(papers)).toEqual(papers.slice(1))
  })

  it('goes to the paper once nothing can be signed or objected to any more', () => {
    const over = { signers: [place(false)], may_object: false }
    expect(listToldOf([make({ ...over, objection_answer: { ...objection, said: '读数不对' } }), make({ ...over, remade })])).toEqual([])
    // Who has written too often to write once more still waits for the answer.
    expect(listToldOf([make({ ...over, objection })])).toHaveLength(1)
  })

  it('is answered by the new paper, in the words of its kind', () => {
    expect(tellRemade({ name: '气量核对单', has_wording: false })).toBe('已重新核对，这是新的核对结果')
    expect(tellRemade({ name: '供用气合同', has_wording: true })).toBe('已改过，这是新的供用气合同')
  })
})
