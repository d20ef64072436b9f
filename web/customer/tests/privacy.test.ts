import { beforeEach, describe, expect, it, vi } from 'vitest'
import { standInForDevice } from './device'

const notice = (version: number) => ({ version, title: '隐私说明', published_at: '2026-11-28T00:00:00+00:00', parts: [] })
const consent = { current_version: 2, agreed_version: 1, agreed_at: '2026-11-01T00:00:00+00:00', asks: true }

beforeEach(() => vi.resetModules())

describe('the version that is agreed to', () => {
  it('is that of the notice in force, which is loaded once', async () => {
    const { sent } = standInForDevice(() => ({ statusCode: 200, data: notice(3) }))
    const { findAgreedVersion } = await import('@/stores/privacy')
    expect(await findAgreedVersion()).toBe(3)
    expect(await findAgreedVersion()).toBe(3)
    expect(sent).toHaveLength(1)
  })

  it('is none where the notice cannot be had, and is looked for again', async () => {
    const answers = ['no_network' as const, { statusCode: 200, data: notice(3) }, { statusCode: 200, data: notice(4) }]
    standInForDevice(() => answers.shift() ?? 'no_network')
    const { findAgreedVersion, forgetNotice } = await import('@/stores/privacy')
    expect(await findAgreedVersion()).toBeNull()
    expect(await findAgreedVersion()).toBe(3)
    forgetNotice()
    expect(await findAgreedVersion()).toBe(4)
  })

  it('outlives the way to WeChat and back, once', async () => {
    standInForDevice(() => 'no_network')
    const { keepAgreedVersion, takeAgreedVersion } = await import('@/stores/privacy')
    keepAgreedVersion(3)
    expect([takeAgreedVersion(), takeAgreedVersion()]).toEqual([3, null])
    keepAgreedVersion(null)
    expect(takeAgreedVersion()).toBeNull()
  })
})

it('whether somebody is to be asked is learnt once, and again where it could not be had', async () => {
  const answers = ['no_network' as const, { statusCode: 200, data: consent }]
  const { sent } = standInForDevice(() => answers.shift() ?? 'no_network')
  const store = await import('@/stores/privacy')
  await store.learnConsent()
  expect(store.consent.value).toBeNull()
  await store.learnConsent()
  await store.learnConsent()
  expect(store.consent.value).toEqual(consent)
  expect(sent).toHaveLength(2)
  store.forgetConsent()
  expect(store.consent.value).toBeNull()
})
