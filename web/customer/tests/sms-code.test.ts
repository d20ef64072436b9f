import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/problem'
import { checkCode, nameResend, tellSending, tellWait, waitOf } from '@/forms/sms-code'
import { standInForDevice } from './device'

describe('a code by text message', () => {
  it('is found too short before it is sent', () => {
    expect(['', '12', '123456', ' 123456 ', '1234567'].map((code) => checkCode(code) !== '')).toEqual([true, true, false, false, true])
  })

  it('is never said to have arrived, and what to do without it is said', () => {
    expect(tellSending('96602')).not.toContain('已发出')
    expect(tellSending('96602')).toMatch(/正在发送.*一分钟内没收到.*96602/)
  })

  it('that comes too soon starts the count, and says that the first one is still good', () => {
    const wait = waitOf(new Problem('sms_code_too_often', '', 429, {}, { retry_after_seconds: 42 }))
    expect([wait, nameResend(wait), tellWait(wait)]).toEqual([42, '42 秒后重发', '刚才发过了，收到的验证码还能用。'])
    expect([nameResend(1790), tellWait(1790)]).toEqual(['30 分钟后重发', '今天要了好几次，请等一会儿再要。'])
    expect(waitOf(new Problem('no_network', '', 0))).toBe(0)
  })
})

describe('what lies on this device', () => {
  beforeEach(() => vi.resetModules())

  it('is listed with the services alone, and gives the phone that was typed', async () => {
    standInForDevice(() => 'no_network')
    const { findTypedPhone, keepLocalDraft, listLocalDrafts } = await import('@/forms/local-drafts')
    const now = Date.now()
    const draft = { form_version: 1, files: {}, saved_at: now }
    expect([listLocalDrafts(), findTypedPhone()]).toEqual([[], ''])
    keepLocalDraft('repair', { ...draft, values: { contact_name: '王芳', contact_phone: '138 1234 0002' } })
    keepLocalDraft('mend:1', { ...draft, values: { contact_phone: '13900000000' } })
    keepLocalDraft('gas_on', { ...draft, saved_at: now - 8 * 24 * 3600 * 1000, values: {} })
    expect(listLocalDrafts()).toEqual([{ service: 'repair', saved_at: now }])
    expect(findTypedPhone()).toBe('138 1234 0002')
    // What was typed last into a phone's field comes first, and only a whole number counts.
    const { firstPhone, forgetTypedPhone, noteTypedPhone } = await import('@/stores/typed-phone')
    expect(firstPhone()).toBe('138 1234 0002')
    noteTypedPhone('13912345678')
    noteTypedPhone('1391234')
    noteTypedPhone('0531-86400000')
    expect(firstPhone()).toBe('13912345678')
    forgetTypedPhone()
    expect(firstPhone()).toBe('138 1234 0002')
  })

  it('gives the phone of an alarm that was sent from here, until whoever sent it has signed out', async () => {
    standInForDevice(() => 'no_network')
    const { keepSentAlarm, readSentAlarm } = await import('@/api/alarms')
    const { firstPhone, forgetTypedPhone } = await import('@/stores/typed-phone')
    expect(firstPhone()).toBe('')
    keepSentAlarm('a-1', { phone: '13912345678', address: null, words: '' })
    expect(firstPhone()).toBe('13912345678')
    forgetTypedPhone()
    expect([firstPhone(), readSentAlarm()?.id]).toEqual(['', 'a-1'])
  })

  it('stands on the home page beside what the server has, each service once', async () => {
    standInForDevice(() => 'no_network')
    const { joinDrafts } = await import('@/forms/local-drafts')
    const there = [{ service: 'gas_on', service_name: '通气', saved_at: '2026-11-26T08:00:00Z' }, { service: 'repair', service_name: '报修', saved_at: '2026-11-26T08:00:00Z' }]
    const names = { repair: '报修', installation: '报装' }
    const here = [{ service: 'repair', saved_at: Date.parse('2026-11-26T09:00:00Z') }, { service: 'installation', saved_at: Date.parse('2026-11-26T07:00:00Z') }, { service: 'gone', saved_at: 0 }]
    expect(joinDrafts(here, there, names).map((one) => [one.service_name, one.saved_at])).toEqual([
      ['报修', '2026-11-26T09:00:00.000Z'],
      ['通气', '2026-11-26T08:00:00Z'],
      ['报装', '2026-11-26T07:00:00.000Z'],
    ])
  })
})
