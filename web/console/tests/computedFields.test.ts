import { describe, expect, it } from 'vitest'
import type { DocumentView } from '@/api/types'
import { listFollowing, listRests, tellRest } from '@/domain/computedFields'

const form = { sections: [], rules: [{ field: 'arrears_fee', comes_of: ['meter_left', 'gas_price'] }, { field: 'meter_used', at_least: 'last_reading' }] } as unknown as DocumentView['form']

describe('a sum that comes of other fields', () => {
  it('is worked out once the last of them is typed, to the fen', () => {
    expect(listFollowing(form, { meter_left: -12 }, 'gas_price', 3)).toEqual([['arrears_fee', 3600]])
    expect(listFollowing(form, { meter_left: -1.5 }, 'gas_price', 2.7835)).toEqual([['arrears_fee', 418]])
    expect(listFollowing(form, {}, 'gas_price', 3)).toEqual([])
  })

  it('follows the figures, but never goes over what somebody wrote', () => {
    expect(listFollowing(form, { meter_left: -12, gas_price: 3, arrears_fee: 3600 }, 'meter_left', -10)).toEqual([['arrears_fee', 3000]])
    expect(listFollowing(form, { meter_left: -12, gas_price: 3, arrears_fee: 5000 }, 'meter_left', -10)).toEqual([])
  })

  it('leaves alone what has nothing to do with it', () => {
    expect(listFollowing(form, { meter_left: -12, gas_price: 3 }, 'meter_used', 9)).toEqual([])
  })
})

const check = {
  sections: [],
  rules: [{ field: 'meter_left', rest_of: ['meter_purchased', 'meter_used'] }, { field: 'arrears_fee', comes_of: ['meter_left', 'gas_price'] }],
} as unknown as DocumentView['form']

describe('what is left', () => {
  it('follows the two figures, and the sum that comes of it follows too', () => {
    expect(listFollowing(check, { meter_purchased: 1300 }, 'meter_used', 1312)).toEqual([['meter_left', -12]])
    expect(listFollowing(check, { meter_purchased: 1300, gas_price: 3 }, 'meter_used', 1312)).toEqual([['meter_left', -12], ['arrears_fee', 3600]])
    expect(listFollowing(check, { meter_purchased: 30, meter_used: 29, meter_left: 1 }, 'meter_used', 30)).toEqual([['meter_left', 0]])
    expect(listRests(check, { meter_purchased: 0.3, meter_used: 0.1 })).toEqual([['meter_left', 0.2]])
  })

  it('stays as the meter shows it once somebody wrote that, and the other figure is told', () => {
    expect(listFollowing(check, { meter_purchased: 1300, meter_used: 1270, meter_left: 28 }, 'meter_used', 1271)).toEqual([])
    expect(listRests(check, { meter_purchased: 1300, meter_used: 1312, meter_left: 12 })).toEqual([])
    expect(tellRest(check, 'meter_left', { meter_purchased: 1300, meter_used: 1312, meter_left: 12 })).toContain('算出来是 -12')
    expect(tellRest(check, 'meter_left', { meter_purchased: 1300, meter_used: 1312, meter_left: -12 })).toBe('')
    expect(tellRest(check, 'arrears_fee', { meter_left: -12, gas_price: 3 })).toBe('')
  })
})

describe('days, first and last day', () => {
  const works = { sections: [], rules: [{ field: 'days', spans: ['start', 'end'] }] } as unknown as DocumentView['form']
  it('have the third worked out of two', () => {
    expect(listFollowing(works, { days: 10 }, 'start', '2026-12-01')).toEqual([['end', '2026-12-10']])
    expect(listFollowing(works, { start: '2026-12-01' }, 'end', '2026-12-10')).toEqual([['days', 10]])
    expect(listFollowing(works, { days: 10 }, 'end', '2026-12-10')).toEqual([['start', '2026-12-01']])
  })

  it('go on agreeing, and are left alone where somebody wrote against them', () => {
    const agreed = { days: 10, start: '2026-12-01', end: '2026-12-10' }
    expect(listFollowing(works, agreed, 'end', '2026-12-20')).toEqual([['days', 20]])
    expect(listFollowing(works, agreed, 'start', '2026-12-03')).toEqual([['end', '2026-12-12']])
    expect(listFollowing(works, agreed, 'days', 3)).toEqual([['end', '2026-12-03']])
    expect(listFollowing(works, { ...agreed, days: 5 }, 'start', '2026-12-03')).toEqual([])
  })
})

describe('what is owed', () => {
  const owed = { sections: [], rules: [{ field: 'arrears_fee', owed_by: ['meter_left', 'gas_price', 'bills_fee'] }] } as unknown as DocumentView['form']
  it('is the gas beyond what was bought, and the bills', () => {
    expect(listFollowing(owed, { meter_left: -12, gas_price: 3 }, 'bills_fee', 5000)).toEqual([['arrears_fee', 8600]])
    expect(listFollowing(owed, { meter_left: 4 }, 'bills_fee', 5000)).toEqual([['arrears_fee', 5000]])
    expect(listFollowing(owed, { meter_left: -12 }, 'bills_fee', 5000)).toEqual([])
  })

  it('goes with the bill that was taken back, unless somebody wrote it', () => {
    expect(listFollowing(owed, { meter_left: 4, bills_fee: 5000, arrears_fee: 5000 }, 'bills_fee', null)).toEqual([['arrears_fee', null]])
    expect(listFollowing(owed, { meter_left: 4, bills_fee: 5000, arrears_fee: 9000 }, 'bills_fee', null)).toEqual([])
  })
})
