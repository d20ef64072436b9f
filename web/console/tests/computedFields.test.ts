import { describe, expect, it } from 'vitest'
import type { DocumentView } from '@/api/types'
import { listFollowing } from '@/domain/computedFields'

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

const gas = {
  sections: [],
  rules: [{ field: 'meter_left', rest_of: ['meter_purchased', 'meter_used'] }, { field: 'arrears_fee', comes_of: ['meter_left', 'gas_price'] }],
} as unknown as DocumentView['form']

describe('what is left', () => {
  it('is the one figure less the other, to the third decimal', () => {
    expect(listFollowing(gas, { meter_purchased: 1300.3 }, 'meter_used', 1270.1)).toEqual([['meter_left', 30.2]])
    expect(listFollowing(gas, { meter_purchased: 30, meter_used: 29, meter_left: 1 }, 'meter_used', 30)).toEqual([['meter_left', 0]])
  })

  it('takes along what is owed', () => {
    expect(listFollowing(gas, { meter_purchased: 1300, gas_price: 3 }, 'meter_used', 1312)).toEqual([['meter_left', -12], ['arrears_fee', 3600]])
  })

  it('stays as the meter shows it once somebody wrote that', () => {
    expect(listFollowing(gas, { meter_purchased: 1300, meter_used: 1270, meter_left: 28 }, 'meter_used', 1271)).toEqual([])
  })
})
