import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/client'
import { CommandQueue } from '@/api/commandQueue'
import { Intention, makeUuid } from '@/api/intention'
import type { CommandBody, StaffCaseView } from '@/api/types'

const body = (id: string): CommandBody => ({ command_id: id, expected_version: 1, kind: 'complete' })
const answer = (caseNo: string) => ({ case_no: caseNo }) as StaffCaseView
const noWait = () => Promise.resolve()

describe('CommandQueue', () => {
  it('sends a command again with the same id when no answer came', async () => {
    const seen: string[] = []
    const queue = new CommandQueue(async (caseNo, sent) => {
      seen.push(sent.command_id)
      if (seen.length < 3) throw new Problem(0, { code: 'network' })
      return answer(caseNo)
    }, noWait)
    await expect(queue.submit('C1', body('one'))).resolves.toEqual(answer('C1'))
    expect(seen).toEqual(['one', 'one', 'one'])
    expect(queue.waiting).toEqual([])
  })

  it('gives up after its last delay and tells why', async () => {
    let sent = 0
    const queue = new CommandQueue(
      async () => {
        sent += 1
        throw new Problem(503, { code: 'unavailable' })
      },
      noWait,
      [1],
    )
    await expect(queue.submit('C1', body('one'))).rejects.toMatchObject({ code: 'unavailable' })
    expect(sent).toBe(2)
    expect(queue.waiting).toEqual([])
  })

  it('does not repeat a refusal', async () => {
    let sent = 0
    const queue = new CommandQueue(async () => {
      sent += 1
      throw new Problem(409, { code: 'stale_version' })
    }, noWait)
    await expect(queue.submit('C1', body('one'))).rejects.toMatchObject({ code: 'stale_version' })
    expect(sent).toBe(1)
  })

  it('keeps the order within a case, lets other cases pass, and goes on after a failure', async () => {
    const log: string[] = []
    const gates = new Map<string, () => void>()
    const queue = new CommandQueue((caseNo, sent) => {
      log.push(sent.command_id)
      return new Promise((resolve, reject) => {
        gates.set(sent.command_id, () =>
          sent.command_id === 'a1' ? reject(new Problem(422, { code: 'invalid_input' })) : resolve(answer(caseNo)),
        )
      })
    }, noWait)
    const first = queue.submit('A', body('a1'))
    const second = queue.submit('A', body('a2'))
    const other = queue.submit('B', body('b1'))
    await Promise.resolve()
    expect(log).toEqual(['a1', 'b1'])
    expect(queue.waiting.map((entry) => entry.body.command_id)).toEqual(['a1', 'a2', 'b1'])
    gates.get('a1')!()
    await expect(first).rejects.toBeInstanceOf(Problem)
    await expect.poll(() => log).toEqual(['a1', 'b1', 'a2'])
    gates.get('a2')!()
    gates.get('b1')!()
    await expect(second).resolves.toEqual(answer('A'))
    await expect(other).resolves.toEqual(answer('B'))
  })
})

describe('Intention', () => {
  const counting = () => {
    let count = 0
    return () => `id-${++count}`
  }

  it('keeps its id while the words stay the same', () => {
    const intention = new Intention(counting())
    const first = intention.phrase(3, { kind: 'complete', outcome: 'pass' })
    expect(intention.phrase(3, { kind: 'complete', outcome: 'pass' })).toEqual(first)
    expect(first).toEqual({ command_id: 'id-1', expected_version: 3, kind: 'complete', outcome: 'pass' })
  })

  it('takes a new id for other words or another version', () => {
    const intention = new Intention(counting())
    const ids = [
      intention.phrase(3, { kind: 'cancel', reason: '重复申请' }),
      intention.phrase(3, { kind: 'cancel', reason: '客户来电' }),
      intention.phrase(4, { kind: 'cancel', reason: '客户来电' }),
    ].map((one) => one.command_id)
    expect(ids).toEqual(['id-1', 'id-2', 'id-3'])
  })

  it('makes ids that are version 4 UUIDs also without a secure context', () => {
    const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(makeUuid()).toMatch(pattern)
    const held = crypto.randomUUID
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
    try {
      expect(makeUuid()).toMatch(pattern)
    } finally {
      Object.defineProperty(crypto, 'randomUUID', { value: held, configurable: true })
    }
  })
})
