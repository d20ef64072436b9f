import { afterEach, describe, expect, it, vi } from 'vitest'
import { tellApproval } from '@/domain/contractApproval'
import { askPermission, closeNotices, readPermission, showNotice } from '@/domain/browserNotices'
import { tellLink } from '@/domain/caseLink'
import { findChoiceFault, tellQuiet } from '@/domain/noticeChoice'

const usual = () => ({
  ways: { alarm: ['sms' as const], urgent: [], ordinary: [] },
  quiet_from: null as number | null,
  quiet_until: null as number | null,
})
const notice = { id: 7, urgency: 'alarm' as const, title: '燃气泄漏报警', text: '等您处理。', case_no: '123' }

afterEach(() => vi.unstubAllGlobals())

describe('the choice of ways', () => {
  it('keeps one way for alarms that reaches whoever has no screen open', () => {
    expect(findChoiceFault(usual())).toBeNull()
    for (const alarm of [[], ['browser' as const]]) {
      expect(findChoiceFault({ ...usual(), ways: { ...usual().ways, alarm } })).toContain('燃气报警')
    }
  })
  it('wants both ends of the quiet hours, and says when they are over', () => {
    expect(findChoiceFault({ ...usual(), quiet_from: 21 })).toContain('免打扰')
    expect(tellQuiet({ ...usual(), quiet_from: 21, quiet_until: 8 })).toContain('次日 8:00')
    expect(tellQuiet({ ...usual(), quiet_from: 12, quiet_until: 14 })).not.toContain('次日')
  })
})

describe('notifications of the browser', () => {
  it('are asked for only by the button, and missing ones harm nothing', async () => {
    vi.stubGlobal('Notification', undefined)
    expect(readPermission()).toBe('missing')
    expect(await askPermission()).toBe('missing')
    const requestPermission = vi.fn(async () => 'granted')
    vi.stubGlobal('Notification', Object.assign(vi.fn(), { permission: 'default', requestPermission }))
    expect(readPermission()).toBe('default')
    expect(requestPermission).not.toHaveBeenCalled()
    expect(await askPermission()).toBe('granted')
  })
  it('go when their case was opened by another way', () => {
    const shown = { onclick: () => {}, close: vi.fn() }
    vi.stubGlobal('Notification', vi.fn(function () { return shown }))
    showNotice(notice, vi.fn())
    closeNotices('456')
    expect(shown.close).not.toHaveBeenCalled()
    closeNotices('123')
    closeNotices('123')
    expect(shown.close).toHaveBeenCalledOnce()
  })
  it('open their case', () => {
    const shown = { onclick: () => {}, close: vi.fn() }
    vi.stubGlobal('Notification', vi.fn(function () { return shown }))
    const open = vi.fn()
    showNotice(notice, open)
    shown.onclick()
    expect(open).toHaveBeenCalledWith('123')
    vi.stubGlobal('Notification', vi.fn(function () { throw new TypeError('only from a worker') }))
    expect(() => showNotice(notice, open)).not.toThrow()
  })
})

describe('what a case says', () => {
  const link = { state: 'sent' as const, origin: 'staff' as const, phone: '138****5678', sent_at: '2026-11-26T01:00:00Z', opened_at: null, expires_at: '2026-11-29T01:00:00Z' }
  it('of its link', () => {
    expect(tellLink(link)).toContain('还没有点开')
    expect(tellLink({ ...link, state: 'expired' })).not.toContain('有效')
    expect(tellLink({ ...link, origin: 'system' })).toContain('自动')
  })
  it('of its contract', () => {
    const review = { state: 'submitted' as const, place: 'outside' as const, reason: '', submitted_at: '2026-11-26T01:00:00Z', decided_at: null, is_silent: false }
    expect(tellApproval(review)).toContain('等合同系统')
    expect(tellApproval({ ...review, is_silent: true })).toContain('还没有答复')
    expect(tellApproval({ ...review, place: 'inside' })).toContain('等负责人')
    expect(tellApproval({ ...review, state: 'refused' })).toContain('没有通过')
  })
})
