import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import type { DocumentChange } from '@/api/types'
import { Autosave, keepInTab, type Kept } from '@/domain/autosave'

const kept = () => {
  let held = null as ReturnType<Kept['read']>
  return { read: () => held, write: (given: typeof held) => (held = given) }
}
const offline = new Problem(0, { code: 'network', title: '没有网络' })

describe('what is typed', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('goes out together after a moment, each time with the revision that came back', async () => {
    const sent: DocumentChange[] = []
    const autosave = new Autosave(async (change) => (sent.push(change), { revision: change.revision + 1 }), 0, kept())
    autosave.change('a', 1)
    autosave.change('b', 'x')
    await vi.advanceTimersByTimeAsync(900)
    autosave.change('a', 2)
    await autosave.flush()
    expect(sent).toEqual([
      { revision: 0, values: { a: 1, b: 'x' }, fills: false },
      { revision: 1, values: { a: 2 }, fills: false },
    ])
    expect(autosave.shown.state).toBe('rest')
  })

  it('waits for the network and loses nothing over a reload', async () => {
    const memory = kept()
    let isUp = false
    const send = vi.fn(async (change: DocumentChange) => {
      if (!isUp) throw offline
      return { revision: change.revision + 1 }
    })
    const before = new Autosave(send, 3, memory)
    before.change('a', 1)
    await vi.advanceTimersByTimeAsync(900)
    expect(before.shown.state).toBe('offline')
    before.stop()
    const after = new Autosave(send, 3, memory)
    expect(after.takeUp()).toEqual({ a: 1 })
    isUp = true
    await vi.advanceTimersByTimeAsync(900)
    expect([after.shown.state, memory.read()]).toEqual(['rest', null])
  })

  it('stops where somebody else was faster, and keeps what another one wrote', async () => {
    const memory = kept()
    const autosave = new Autosave(() => Promise.reject(new Problem(409, { code: 'document_changed' })), 1, memory)
    autosave.change('a', 1)
    await autosave.flush()
    expect(autosave.shown.state).toBe('conflict')
    expect(new Autosave(async () => ({ revision: 9 }), 5, memory).takeUp()).toEqual({})
  })

  it('is handed in whole, and stays when that is refused', async () => {
    const send = vi.fn((change: DocumentChange) =>
      change.fills ? Promise.reject(new Problem(422, { fields: { a: '太大' } })) : Promise.resolve({ revision: 1 }),
    )
    const autosave = new Autosave(send, 0, kept())
    autosave.change('a', 99)
    await expect(autosave.fill()).rejects.toThrow()
    await autosave.flush()
    expect(send.mock.calls.map(([change]) => [change.fills, change.values])).toEqual([[true, { a: 99 }], [false, { a: 99 }]])
  })
})

it('reads nothing from a broken memory', () => {
  sessionStorage.setItem('x', '{')
  expect(keepInTab('x').read()).toBeNull()
})
