import { describe, expect, it } from 'vitest'
import type { AvailableAction } from '@/api/types'
import { findBlock, giveKeys, listNeeds, orderActions } from '@/domain/actionNeeds'

const action = (more: Partial<AvailableAction>): AvailableAction => ({
  kind: 'complete',
  task: 1,
  step: 'review',
  outcome: 'pass',
  name: '',
  unmet: null,
  needs_reason: false,
  needs_corrections: false,
  needs_owed_documents: false,
  ...more,
})
const pass = action({ outcome: 'pass' })
const owing = action({ outcome: 'pass_owing', needs_owed_documents: true })
const giveBack = action({ outcome: 'return', needs_corrections: true })
const refuse = action({ outcome: 'refuse', needs_reason: true })
const cancel = action({ kind: 'cancel', task: null, step: null, outcome: null, needs_reason: true })

describe('actions', () => {
  it('keeps the likely one first: passing, or returning once something is rejected', () => {
    const offered = [pass, owing, giveBack, refuse, cancel]
    expect(orderActions(offered, 0)).toEqual([pass, owing, giveBack, refuse, cancel])
    expect(orderActions(offered, 2)).toEqual([giveBack, pass, owing, refuse, cancel])
  })

  it('gives each its own key and none to what is grave', () => {
    expect(giveKeys([pass, owing, giveBack, refuse, cancel]).map((one) => one.shortcut)).toEqual(['a', 'o', 'r', '', ''])
    const sendBack = action({ step: 'assign', outcome: 'send_back', needs_reason: true })
    const assign = action({ step: 'assign', outcome: 'assign' })
    expect(giveKeys([assign, sendBack, pass]).map((one) => one.shortcut)).toEqual(['s', 'a', '2'])
    expect(giveKeys([action({ step: 'dispatch', outcome: 'dispatch' })])[0]!.shortcut).toBe('d')
  })

  it('opens a dialog for an objection that the command can answer, and shuts the button for any other', () => {
    const handler = action({ step: 'assign', outcome: 'assign', unmet: { code: 'handler_missing', text: '还没有指定' } })
    const result = action({ step: 'finish', outcome: 'finish', unmet: { code: 'result_missing', text: '还没有填写' } })
    const owed = action({ step: 'close', outcome: 'close', unmet: { code: 'documents_owed', text: '还有材料没有补齐' } })
    expect([handler, result].map(findBlock)).toEqual([null, null])
    expect(listNeeds(handler)).toEqual(['handler'])
    expect(listNeeds(result)).toEqual(['result'])
    expect(findBlock(owed)).toBe('还有材料没有补齐')
  })

  it('asks for no second reason where corrections explain a return', () => {
    expect(listNeeds(action({ needs_corrections: true, needs_reason: true }))).toEqual(['corrections'])
    expect(listNeeds(cancel)).toEqual(['reason'])
  })
})
