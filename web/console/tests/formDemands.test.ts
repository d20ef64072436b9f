import { describe, expect, it } from 'vitest'
import type { AvailableAction, DocumentView } from '@/api/types'
import { isLeading, orderActions } from '@/domain/actionNeeds'
import { findWayOut, tellSums } from '@/domain/formDemands'

const action = (outcome: string, more: Partial<AvailableAction>): AvailableAction => ({
  kind: 'complete', task: 1, step: 'inspect', outcome, name: outcome, unmet: null, needs_reason: false, reason_label: null, for_customer: false, is_told: false, not_yet: false, choice: null,
  needs_corrections: false, needs_owed_documents: false, asks: ['form'], demands: [], ...more,
})
const safe = action('safe', { demands: [{ field: 'hazards_found', filled: false }] })
const hazard = action('hazard', { demands: [{ field: 'hazards_found', filled: true }] })
const nobody = action('not_home', { asks: [], needs_reason: true })
const ways = [safe, hazard, nobody]
const ticked = { hazards_found: ['h36'] }

describe('the way out that a form leads to', () => {
  it('is that of what is ticked, wherever one came from', () => {
    expect(findWayOut(safe, ways, {})).toBe(safe)
    expect(findWayOut(safe, ways, ticked)).toBe(hazard)
    expect(findWayOut(null, ways, ticked)).toBe(hazard)
    expect(findWayOut(null, ways, { hazards_found: [] })).toBe(safe)
  })

  it('stays the one with hazards for who found some and has not ticked them: the field says what is missing', () => {
    expect(findWayOut(hazard, ways, {})).toBe(hazard)
  })

  it('is nobody\'s business where no way out asks anything of the form', () => {
    expect(findWayOut(nobody, [nobody], ticked)).toBe(nobody)
    expect(findWayOut(null, [nobody], ticked)).toBeNull()
  })
})

describe('the buttons of an inspection', () => {
  it('have none that stands out before the form says which it is', () => {
    const unmet = { code: 'form_missing', text: '' }
    expect([safe, hazard].map((one) => isLeading({ ...one, unmet }, 0))).toEqual([false, false])
    expect([isLeading(safe, 0), isLeading(nobody, 1)]).toEqual([true, false])
    // What is left while the others are shut does not stand out either: nobody was absent because a form is wrong.
    expect(isLeading(nobody, 0)).toBe(false)
  })

  it('put the way with hazards first once some were ticked', () => {
    const shut = { ...safe, unmet: { code: 'hazards_found', text: '安检单里勾选了隐患' } }
    expect(orderActions([shut, hazard, nobody], 0)).toEqual([hazard, nobody, shut])
  })
})

describe('the sums of a way out', () => {
  const fields = [{ key: 'arrears_fee', label: '要补缴的气款', type: 'money' }, { key: 'other_fee', label: '别的', type: 'money' }]
  const form = { sections: [{ fields }] } as unknown as DocumentView['form']
  const owes = action('owes', { demands: [{ field: 'arrears_fee', filled: true }] })

  it('are named in yuan before anybody confirms it', () => {
    expect(tellSums(owes, form, { arrears_fee: 3600, other_fee: 1 })).toBe('要补缴的气款 36.00 元')
  })

  it('are none where nothing is owed, or nothing was asked', () => {
    expect(tellSums(action('clear', { demands: [{ field: 'arrears_fee', filled: false }] }), form, {})).toBe('')
    expect(tellSums(owes, form, {})).toBe('')
  })
})
