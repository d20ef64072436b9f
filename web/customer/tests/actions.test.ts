import { describe, expect, it } from 'vitest'
import { listOtherWays, listSteps, lookOf, nameOf, queryOf, screenOf, tellConsequence } from '@/api/actions'
import type { AvailableAction, CaseView } from '@/api/types'

const action = (over: Partial<AvailableAction>): AvailableAction => ({
  kind: 'complete', task: 1, step: 's', outcome: 'o', name: '同意', unmet: null, needs_reason: false,
  needs_corrections: false, needs_owed_documents: false, asks: [], ...over,
})

describe('an action', () => {
  it('that asks for a signature leads to where one signs', () => {
    const agree = action({ asks: ['signature'] })
    expect([screenOf(agree), nameOf(agree)]).toEqual(['sign', '去签字'])
  })

  it('that lacks a booking leads to where one books, whatever it is called', () => {
    const book = action({ unmet: { code: 'appointment_missing', text: '请先预约' } })
    expect([screenOf(book), nameOf(book)]).toEqual(['booking', '去预约上门时间'])
  })

  it('that books another hour is no step of the customer and leads to the same page', () => {
    const book = action({ kind: 'book', task: null, outcome: null, unmet: { code: 'appointment_missing', text: '请先预约' } })
    expect([screenOf(book), nameOf(book)]).toEqual(['booking', '去预约上门时间'])
  })

  it('that signs a paper for which no step waits leads to that paper', () => {
    const sign = action({ kind: 'sign_document', task: 102, outcome: null, name: '签抄表数据确认单' })
    expect([screenOf(sign), nameOf(sign), queryOf(sign)]).toEqual(['sign-paper', '去签字', { task: '102' }])
    expect(queryOf(action({ asks: ['signature'] }))).toEqual({ outcome: 'o' })
    expect(listSteps({ actions: [sign] } as CaseView)).toEqual([sign])
  })

  it('without a screen of its own is a question on the spot', () => {
    expect([screenOf(action({})), nameOf(action({}))]).toEqual([null, '同意'])
  })

  it('that proves who one is leads to a page of its own', () => {
    const prove = action({ kind: 'verify_identity', task: null, outcome: null, name: '核验身份' })
    expect([screenOf(prove), nameOf(prove)]).toEqual(['identity', '去核验身份'])
  })

  it('that one does not agree with has its no beside it, and nothing of another step', () => {
    const agree = action({ outcome: 'agree', asks: ['signature'] })
    const disagree = action({ outcome: 'disagree', name: '不同意', needs_reason: true })
    const actions = [agree, disagree, action({ task: 2 }), action({ kind: 'withdraw', task: null, outcome: null })]
    expect(listOtherWays({ actions }, agree)).toEqual([disagree])
  })

  it('that turns something down says that it is shown again, and any other that there is no way back', () => {
    expect(tellConsequence(action({ outcome: 'disagree', needs_reason: true }))).toContain('我们改好再给您看')
    expect(tellConsequence(action({ kind: 'withdraw', needs_reason: true }))).toContain('不办了')
    expect(tellConsequence(action({}))).toContain('不能撤销')
  })

  it('that only says that it is paid is not the main one, for what is to be done is to pay', () => {
    expect([lookOf(action({ outcome: 'paid' })), lookOf(action({})), lookOf(null)]).toEqual(['plain', 'main', 'main'])
  })
})
