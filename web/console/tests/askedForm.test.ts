import { describe, expect, it } from 'vitest'
import type { FormBody, FormField } from '@/api/types'
import { askPlainly, callForStaff, nameSignature, tellDayOf } from '@/domain/askedForm'

const days: FormField = { key: 'days', label: '限期…天内整改完成', asked_as: '几天内改好', type: 'number', personal: 'none', tells_day: true }
const now = new Date('2026-11-25T03:00:00Z')

describe('a form on the screen', () => {
  it('asks in plain words and keeps the label of a field that has none', () => {
    const reading: FormField = { key: 'reading', label: '燃气表底数', type: 'number', personal: 'none' }
    const form: FormBody = { key: 'slip', version: 1, name: '单', sections: [{ key: 'all', title: '全部', fields: [days, reading] }] }
    expect(askPlainly(form).sections[0]!.fields.map((one) => one.label)).toEqual(['几天内改好', '燃气表底数'])
    expect(form.sections[0]!.fields[0]!.label).toBe('限期…天内整改完成')
  })

  it('says which day a number of days leads to, counted in Shanghai', () => {
    expect(tellDayOf(days, 10, now)).toBe('即 12月5日 周六 前（当天也算）')
    expect(tellDayOf(days, 0, new Date('2026-11-25T17:00:00Z'))).toBe('即 11月26日 周四 前（当天也算）')
    expect([tellDayOf(days, undefined, now), tellDayOf(days, '十', now), tellDayOf(days, 1.5, now), tellDayOf({ ...days, tells_day: undefined }, 10, now)]).toEqual(['', '', '', ''])
  })

  it('says 签字 once', () => {
    expect(['安检员签字', '用户签名', '检查人'].map(nameSignature)).toEqual(['安检员签字', '用户签名', '检查人签名'])
  })
})

it('calls for staff what it asks the customer for', () => {
  const form = { sections: [{ key: 's', title: '联系', fields: [{ key: 'contact_name', label: '您的姓名' }, { key: 'note', label: '说明' }] }] } as unknown as FormBody
  expect(callForStaff(form).sections[0]!.fields.map((one) => one.label)).toEqual(['姓名', '说明'])
})
