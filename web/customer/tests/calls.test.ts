import { beforeEach, describe, expect, it, vi } from 'vitest'
import { standInForDevice, type Sent } from './device'

const me = { display_name: '王女士', phone_masked: '138****8000', phone_verified: true }
const tokens = (name: string) => ({ access_token: name, expires_in: 900, refresh_token: `r-${name}`, customer: me })
const refused = (status: number, code: string) => ({ statusCode: status, data: { code, title: '句子。', status, fields: {}, extra: {} } })

beforeEach(() => vi.resetModules())

describe('a call of a signed-in customer', () => {
  it('refreshes once, shared by all that wait, and repeats', async () => {
    const { sent } = standInForDevice(({ url, header }) => {
      if (url.endsWith('/sessions/refresh')) return { statusCode: 201, data: tokens('new') }
      return header.Authorization === 'Bearer new' ? { statusCode: 200, data: me } : refused(401, 'token_expired')
    })
    const { keepTokens } = await import('@/api/tokens')
    const { call } = await import('@/api/http')
    keepTokens(tokens('old'))
    expect(await Promise.all([call('GET', '/me'), call('GET', '/home')])).toEqual([me, me])
    expect(sent.filter((one) => one.url.endsWith('/sessions/refresh'))).toHaveLength(1)
  })

  it('forgets the session when it has ended, and repeats only once', async () => {
    const { sent } = standInForDevice(({ url }) =>
      url.endsWith('/sessions/refresh') ? { statusCode: 201, data: tokens('new') } : refused(401, 'token_expired'),
    )
    const { keepTokens } = await import('@/api/tokens')
    const { call } = await import('@/api/http')
    keepTokens(tokens('old'))
    await expect(call('GET', '/me')).rejects.toMatchObject({ status: 401 })
    expect(sent).toHaveLength(3)
  })

  it('keeps the session where the refresh got no answer', async () => {
    standInForDevice(({ url }) => (url.endsWith('/sessions/refresh') ? 'no_network' : refused(401, 'token_expired')))
    const { keepTokens, readTokens } = await import('@/api/tokens')
    const { call } = await import('@/api/http')
    keepTokens(tokens('old'))
    await expect(call('GET', '/me')).rejects.toMatchObject({ code: 'no_network' })
    expect(readTokens()?.refresh_token).toBe('r-old')
  })
})

describe('a command', () => {
  const idOf = (one: Sent) => (JSON.parse(one.data ?? '{}') as { command_id: string }).command_id

  it('keeps its id until it is answered, and gets a new one for a new wish', async () => {
    const answers = ['no_network' as const, { statusCode: 503, data: '' }, { statusCode: 200, data: {} }, { statusCode: 200, data: {} }]
    const { sent } = standInForDevice(() => answers.shift() ?? 'no_network')
    const { commandCase } = await import('@/api/cases')
    const seen = { case_no: '1', version: 3 }
    const command = { kind: 'withdraw', reason: '不办了' } as const
    await expect(commandCase(seen, command)).rejects.toMatchObject({ status: 0 })
    await expect(commandCase(seen, command)).rejects.toMatchObject({ status: 503 })
    await commandCase(seen, command)
    await commandCase(seen, command)
    const ids = sent.map(idOf)
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect([ids[1] === ids[0], ids[2] === ids[0], ids[3] === ids[0]]).toEqual([true, true, false])
  })

  it('gets a new id when its content changed', async () => {
    const { sent } = standInForDevice(() => 'no_network')
    const { reportAlarm } = await import('@/api/alarms')
    for (const words of ['有味道', '有味道了'])
      await reportAlarm({ phone: '13800138000', address: null, words }).catch(() => undefined)
    expect(new Set(sent.map(idOf)).size).toBe(2)
  })

  it('gives a plain sentence for an answer that nobody can read', async () => {
    standInForDevice(() => ({ statusCode: 502, data: '<html>bad gateway</html>' }))
    const { fetchServices } = await import('@/api/services')
    await expect(fetchServices()).rejects.toMatchObject({ code: 'unreadable_answer', status: 502 })
  })
})
