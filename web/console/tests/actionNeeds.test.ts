import { describe, expect, it } from 'vitest'
import type { AvailableAction, StaffCaseView } from '@/api/types'
import { askForCustomer, askWhetherDisputed, askWhetherPaid, findBlock, giveKeys, isLeading, listAttending, listNeeds, listOffered, orderActions, takesMoney, tellChild, tellIdle, tellWhoseTurn } from '@/domain/actionNeeds'

const action = (more: Partial<AvailableAction>): AvailableAction => ({
  kind: 'complete',
  task: 1,
  step: 'review',
  outcome: 'pass',
  name: '',
  unmet: null,
  needs_reason: false, reason_label: null, for_customer: false, is_told: true, not_yet: false, choice: null,
  needs_corrections: false,
  needs_owed_documents: false,
  asks: [],
  demands: [],
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

  it('does not lead on to what has to be paid first', () => {
    const paid = action({ step: 'check_paid', outcome: 'suspend', unmet: { code: 'arrears_unsettled', text: '还差 36.00 元' } })
    const unpaid = action({ step: 'check_paid', outcome: 'unpaid', needs_reason: true })
    expect(orderActions([paid, unpaid], 0)).toEqual([unpaid, paid])
    expect(isLeading(unpaid, 0)).toBe(true)
  })

  it('puts a step at which nothing can be done yet below one at which something can', () => {
    const reply = action({ task: 3, step: 'reply', outcome: 'reply', unmet: { code: 'forward_unanswered', text: '还有部门没答复' } })
    const read = action({ task: 4, step: 'read_answer', outcome: 'read' })
    expect(orderActions([reply, read], 0)).toEqual([read, reply])
    // Of one step, what is held up stays first: nobody is led to send the case back instead.
    const close = action({ task: 5, step: 'close', outcome: 'close', unmet: { code: 'documents_owed', text: '还有材料没有补齐' } })
    const redo = action({ task: 5, step: 'close', outcome: 'redo', needs_reason: true })
    expect(orderActions([close, redo], 0)).toEqual([close, redo])
  })

  it('gives each its own key and none to what is grave', () => {
    expect(giveKeys([pass, owing, giveBack, refuse, cancel]).map((one) => one.shortcut)).toEqual(['a', 'o', 'r', '', ''])
    const sendBack = action({ step: 'assign', outcome: 'send_back', needs_reason: true })
    const assign = action({ step: 'assign', outcome: 'assign', asks: ['handler'] })
    expect(giveKeys([assign, sendBack, pass]).map((one) => one.shortcut)).toEqual(['s', 'a', '2'])
    expect(giveKeys([action({ step: 'dispatch', outcome: 'dispatch', asks: ['unit'] })])[0]!.shortcut).toBe('d')
  })

  it('opens a dialog for what the command has to bring, and shuts the button for an objection', () => {
    const handler = action({ step: 'assign', outcome: 'assign', asks: ['handler'] })
    const result = action({ step: 'finish', outcome: 'finish', asks: ['result', 'photos'] })
    const owed = action({ step: 'close', outcome: 'close', unmet: { code: 'documents_owed', text: '还有材料没有补齐' } })
    expect([handler, result].map(findBlock)).toEqual([null, null])
    expect(listNeeds(handler)).toEqual(['handler'])
    expect(listNeeds(result)).toEqual(['result', 'photos'])
    expect(findBlock(owed)).toBe('还有材料没有补齐')
  })

  it('tells who takes part in what one may do, and not in what waits for others', () => {
    const task = (no: number, attended_by: string[]) => ({ no, step: 'survey', name: '', queue: null, party_name: '', due_at: null, attended_by, may_extend: false, in_one_go: false })
    const view = { actions: [pass, owing, cancel], open_tasks: [task(1, ['客户', '政府相关部门']), task(2, ['监理单位'])] }
    expect(listAttending(view)).toEqual(['客户', '政府相关部门'])
  })

  it('leaves out what would be owed where nothing may be', () => {
    expect(listOffered({ actions: [pass, owing, giveBack], may_be_owed: [] })).toEqual([pass, giveBack])
    expect(listOffered({ actions: [pass, owing], may_be_owed: ['proof'] })).toEqual([pass, owing])
    // What it needs is not here yet, as a way of paying.
    expect(listOffered({ actions: [pass, { ...owing, not_yet: true }], may_be_owed: ['proof'] })).toEqual([pass])
  })

  it('asks for no second reason where corrections explain a return', () => {
    expect(listNeeds(action({ needs_corrections: true, needs_reason: true }))).toEqual(['corrections'])
    expect(listNeeds(cancel)).toEqual(['reason'])
  })
})

it('says of an ended case how it ended, and of an open one where to look', () => {
  const documents = [
    { name: '项目交接单', may_sign: true, own_unsigned: ['工程管理部门'] },
    { name: '安检单', may_sign: true, own_unsigned: [] },
  ] as unknown as StaffCaseView['documents']
  expect(tellIdle({ status: 'open', step_name: '施工', waits_for: 'customer', documents })).toBe('还等您签名：项目交接单。请点“表单”里的“去签字”。')
  expect(tellIdle({ status: 'withdrawn', step_name: '已撤回' })).toBe('已撤回，不用再办。')
  const beside = [{ case_no: '2', paper: '气量核对单', text: '读数不对', at: '2026-11-26T01:00:00Z', may_answer: true, answered_by: '张伟（作业人员）' }]
  expect(tellIdle({ status: 'open', step_name: '办理中', objections_beside: beside })).toContain('去看、去答复')
  // Whoever may not answer is not sent there, but reads who does.
  const others = beside.map((one) => ({ ...one, may_answer: false }))
  expect(tellIdle({ status: 'open', step_name: '办理中', objections_beside: others })).toBe('客户对“气量核对单”有异议，由张伟（作业人员）答复。')
  expect(tellIdle({ status: 'open', step_name: '审核资料' })).toContain('看进度')
  expect(tellIdle({ status: 'open', step_name: '签订报装合同' }, true)).toContain('合同审批')
  expect(tellIdle({ status: 'cancelled', step_name: '已取消' }, true)).toBe('已取消，不用再办。')
  expect(tellIdle({ status: 'open', step_name: '客户缴费', waits_for: 'customer' })).toBe('正在等客户，现在没有要您办的。')
  // The customer could pay, but waits for an answer: nobody reads that they are waited for.
  expect(tellIdle({ status: 'open', step_name: '补缴气款', waits_for: 'answer' })).toMatch(/^客户对单据有异议/)
  expect(tellChild({ for_customer: true, your_step: '登记缴费' }, true)).toMatch(/^客户有异议，先答复/)
  expect(tellChild({ for_customer: true, your_step: '登记缴费' }, false)).toMatch(/^正在等客户/)
  expect(tellChild({ for_customer: false, your_step: '登记缴费' }, true)).toMatch(/^承接的工单/)
  const open_tasks = [{ name: '设计方案', party_name: '工程管理部门' }] as StaffCaseView['open_tasks']
  expect(tellIdle({ status: 'open', step_name: '设计方案', waits_for: 'others', open_tasks })).toBe('在等工程管理部门：设计方案。现在没有要您办的。')
  expect(tellWhoseTurn([{ name: '自动派单', party_name: '系统' }])).toBe('')
  const extension = { may_answer: true } as StaffCaseView['extension']
  expect(tellIdle({ status: 'open', step_name: '施工', extension, waits_for: 'others' })).toContain('等您同意或不同意')
})

it('names the sum where money is taken, before it is said to be there', () => {
  const task = (queue: string | null) => ({ no: 1, step: '', name: '', queue, party_name: '', due_at: null, attended_by: [], may_extend: false, in_one_go: false }) as StaffCaseView['open_tasks'][number]
  const money = action({ name: '已收款', outcome: 'paid' })
  expect(['charge', 'to_pay', 'accept', null].map((queue) => takesMoney({ actions: [money], open_tasks: [task(queue)] }))).toEqual([true, true, false, false])
  expect(takesMoney({ actions: [], open_tasks: [task('charge')] })).toBe(false)
  const counter = { actions: [money], open_tasks: [task('charge')] }
  expect(askWhetherPaid(money, counter, '安装费 3,580.00 元')?.title).toBe('安装费 3,580.00 元，收到了吗？')
  expect(askWhetherPaid(money, counter, null)?.title).toBe('钱收到了吗？')
  // A refund is paid as well, and what is the customer's has a question of its own.
  expect(askWhetherPaid({ ...money, asks: ['receipt'] }, counter, null)).toBeNull()
  expect(askWhetherPaid({ ...money, for_customer: true }, counter, '安装费')).toBeNull()
  expect(askForCustomer({ name: '柜台收费' }, '安装费 3,580.00 元').note).toBe('要收：安装费 3,580.00 元')
})

describe('a sum with which the customer does not agree', () => {
  it('is asked about before it is taken, and ended without a question of its own', () => {
    const take = { kind: 'complete', outcome: 'apply', name: '登记缴费' } as AvailableAction
    expect(askWhetherDisputed(take)).toMatchObject({ title: '客户对数有异议，现在就收吗？', no: '先不收', yes: '登记缴费' })
    expect(askWhetherDisputed({ ...take, kind: 'cancel' })).toBeNull()
  })
})

describe('a choice between what weighs the same', () => {
  const level2 = action({ outcome: 'level_2', choice: 'open' })
  const level3 = action({ outcome: 'level_3', choice: 'open' })

  it('lets none of them stand out, and no single key choose one', () => {
    expect([level2, level3].map((one, index) => isLeading(one, index))).toEqual([false, false])
    expect(giveKeys([level2, level3, pass]).map((one) => one.shortcut)).toEqual(['', '', 'a'])
  })

  it('offers first what was said before, to be confirmed with one key', () => {
    const told = action({ outcome: 'level_3', choice: 'told' })
    const ordered = orderActions([level2, told], 0)
    expect(ordered).toEqual([told, level2])
    expect(ordered.map(isLeading)).toEqual([true, false])
    expect(giveKeys(ordered).map((one) => one.shortcut)).toEqual(['a', ''])
  })
})

describe('judging what one did oneself', () => {
  it('is not offered, neither to approve nor to send back, and says whose it is', () => {
    const unmet = { code: 'own_work', text: '这一步要由另一位同事来做' }
    const [accepted, rejected, other] = [action({ task: 3, step: 'review', outcome: 'accepted', unmet }), action({ task: 3, step: 'review', outcome: 'rejected', needs_reason: true }), action({ task: 4, step: 'bill', outcome: 'billed', needs_reason: true })]
    expect(listOffered({ actions: [accepted, rejected, other], may_be_owed: [] })).toEqual([other])
    expect(listOffered({ actions: [{ ...accepted, unmet: null }, rejected], may_be_owed: [] })).toHaveLength(2)
    const view = { status: 'open' as const, step_name: '', open_tasks: [{ name: '审核处理结果', party_name: '客户服务部门' }] as never, actions: [accepted, rejected] }
    expect(tellIdle(view)).toBe('在等客户服务部门：审核处理结果。前面是您办的，要由另一位同事来审。现在没有要您办的。')
  })
})
