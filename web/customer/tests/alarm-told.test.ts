import { describe, expect, it } from 'vitest'
import { ALARM_TOLD, correctedWords, givenAddress, isUnderWay, spacePhone, tellWrongPhone } from '@/forms/alarm-told'

const EMPTY = { region: '', street: '', community: '', building: '', unit: '', door: '', note: '', point: null }

describe('what the reporter of an alarm reads', () => {
  it('promises somebody on the way only once there is somebody', () => {
    const said = (state: keyof typeof ALARM_TOLD): string => ALARM_TOLD[state].title + ALARM_TOLD[state].text
    for (const state of ['received', 'dispatched', 'handled', 'ended'] as const) expect(said(state)).not.toMatch(/赶来|赶到|已派|已安排/)
    for (const state of ['handled', 'ended'] as const) expect(said(state)).not.toMatch(/不要回屋|马上与您联系|请接/)
    expect((Object.keys(ALARM_TOLD) as (keyof typeof ALARM_TOLD)[]).filter(isUnderWay)).toEqual(['received', 'dispatched', 'assigned'])
  })
})

describe('the address of an alarm', () => {
  it('goes out as far as it was chosen', () => {
    expect(givenAddress(null)).toBeNull()
    expect(givenAddress({ ...EMPTY, note: '  ' })).toBeNull()
    const noDoor = { ...EMPTY, region: '历下区', street: '泉城路街道', community: '阳光小区', building: '3幢' }
    expect(givenAddress(noDoor)).toEqual(noDoor)
    const street = { ...EMPTY, region: '历下区', street: '泉城路街道' }
    expect(givenAddress(street)).toEqual(street)
    const here = { ...EMPTY, point: { lat: 36, lng: 117, source: 'browser' as const } }
    expect(givenAddress(here)).toEqual(here)
  })
})

describe('a phone that was wrong', () => {
  it('is seen, and the second alarm says that it is the same place', () => {
    expect([spacePhone('13812340003'), spacePhone('053188880000')]).toEqual(['138 1234 0003', '053188880000'])
    expect(correctedWords('261127100501195', '楼道里有味')).toBe('更正电话，与报警261127100501195是同一处。楼道里有味')
  })
})

describe('the phone of an alarm', () => {
  it('is a mobile number in full, or a fixed line with or without its code', () => {
    for (const phone of ['13812340003', '138 1234 0003', '0531-88880000', '88880000', '+8613812340003']) expect(tellWrongPhone(phone)).toBe('')
    expect(tellWrongPhone('1380001')).toBe('手机号是11位，现在是7位')
    expect(tellWrongPhone('138123400034')).toBe('手机号是11位，现在是12位')
    for (const phone of ['', '123', '请打给我']) expect(tellWrongPhone(phone)).toBe('请填一个能打通的电话')
  })
})
