/**
 * What an action asks of a person before it can be sent, and its key. Which actions there are, whether they are
 * open and what their commands bring, the server alone says.
 */
import type { Asked, AvailableAction, StaffCaseView } from '@/api/types'
import type { Question } from './visits'

export type Need = 'corrections' | 'owed' | 'reason' | Exclude<Asked, 'form'>

export function listNeeds(action: AvailableAction): Need[] {
  const needs: Need[] = []
  if (action.needs_corrections) needs.push('corrections')
  if (action.needs_owed_documents) needs.push('owed')
  // A form has a panel of its own and is there before the command is.
  needs.push(...action.asks.filter((one) => one !== 'form'))
  // A return explains itself by its corrections.
  if (action.needs_reason && !action.needs_corrections) needs.push('reason')
  return needs
}

/** Whether the button leads to the step's form first. */
export function needsForm(action: AvailableAction): boolean {
  return action.asks.includes('form') && action.unmet?.code === 'form_missing'
}

/** Whether the customer, who stands at the counter, has to rate first. */
export function needsRating(action: AvailableAction): boolean {
  return action.unmet?.code === 'rating_missing'
}

/** Whether an outcome leaves the step while one's own signature is missing on a paper of the case. */
export function leavesUnsigned(action: AvailableAction, view: Pick<StaffCaseView, 'documents'>): boolean {
  const isWork = action.kind === 'complete' && action.task !== null && !action.needs_corrections && !action.needs_reason
  return isWork && view.documents.some((line) => line.own_unsigned.length > 0)
}

/** What is said to be paid and is not: the way on is another one then, and no longer the likely one. */
const isUnpaid = (action: AvailableAction) => action.unmet?.code === 'arrears_unsettled'

/** The sentence that keeps the button shut, or null where it is open. */
export function findBlock(action: AvailableAction): string | null {
  return needsForm(action) || needsRating(action) ? null : (action.unmet?.text ?? null)
}

/** What to ask once before something is done on the customer's behalf; ``fee`` is what is then to be collected. */
export function askForCustomer(action: Pick<AvailableAction, 'name'>, fee: string | null = null): Question {
  const text = `“${action.name}”是代客户办的，客户在柜台时才点。记录里会写明是您代办的。`
  return { title: '客户在柜台吗？', text, note: fee ? `要收：${fee}` : '', no: '先不', yes: `客户在，${action.name}` }
}

/** Whether a case takes money now, or waits for the customer to bring it. */
export function takesMoney(view: Pick<StaffCaseView, 'open_tasks' | 'actions'>): boolean {
  return view.actions.length > 0 && view.open_tasks.some((task) => task.queue === 'charge' || task.queue === 'to_pay')
}

/** Whether somebody is asked whether all is paid, which finance may have confirmed before. */
export function asksWhetherCleared(view: Pick<StaffCaseView, 'actions'>): boolean {
  return view.actions.some((action) => action.outcome === 'unpaid')
}

/** What to ask once before money is said to be there, with the sum where it is known; null where another thing is done. */
export function askWhetherPaid(action: AvailableAction, view: Pick<StaffCaseView, 'open_tasks' | 'actions'>, fee: string | null): Question | null {
  // A refund is paid as well, with a receipt to be named.
  if (action.outcome !== 'paid' || action.for_customer || action.asks.length || !takesMoney(view)) return null
  return { title: fee ? `${fee}，收到了吗？` : '钱收到了吗？', text: '钱到手了再点。点了以后由财务确认到账。', note: '', no: '还没有', yes: '收到了' }
}

/** The case to go on with at once: whoever began something for a customer who stands there does all of it. */
export function findNextCase(done: Pick<AvailableAction, 'for_customer'>, after: Pick<StaffCaseView, 'child'>): string | null {
  return done.for_customer && after.child?.your_step ? after.child.case_no : null
}

/** Asked before anything is done to collect a sum that the customer says is wrong: who comes and pays all the same may. */
export const askWhetherDisputed = (action: AvailableAction): Question | null =>
  isGrave(action)
    ? null
    : { title: '客户对数有异议，现在就收吗？', text: '还没有答复客户。客户人在窗口、愿意照这个数缴的，才往下办；不然等填单据的同事答复了再收。', note: '', no: '先不收', yes: action.name }

export function isGrave(action: AvailableAction): boolean {
  return action.kind === 'cancel' || action.outcome === 'refuse'
}

/** The step is another's, since one did oneself what is looked at there. */
const isOwnWork = (action: AvailableAction) => action.unmet?.code === 'own_work'

/**
 * Whether the action is part of judging one's own work: who may not approve it is not offered to send it back either,
 * as if that were what is to be done.
 */
function judgesOwnWork(action: AvailableAction, all: readonly AvailableAction[]): boolean {
  return isOwnWork(action) || (action.needs_reason && all.some((one) => one.task === action.task && one.step === action.step && isOwnWork(one)))
}

/** What the case offers, without leave to hand in later (容缺受理) where its form asks for nothing that may come later. */
export function listOffered(view: Pick<StaffCaseView, 'actions' | 'may_be_owed'>): AvailableAction[] {
  return view.actions.filter((action) => !action.not_yet && !judgesOwnWork(action, view.actions) && (!action.needs_owed_documents || view.may_be_owed.length > 0))
}

/** Who takes part in the steps that one may do now, beside whoever records them. */
export function listAttending(view: Pick<StaffCaseView, 'actions' | 'open_tasks'>): string[] {
  const offered = new Set(view.actions.map((action) => action.task))
  return [...new Set(view.open_tasks.flatMap((task) => (offered.has(task.no) ? task.attended_by : [])))]
}

/** Which papers wait for one's own signature, though no step waits for anything else; empty where none does. */
export function tellToSign(documents: StaffCaseView['documents']): string {
  const names = documents.filter((line) => line.may_sign && line.own_unsigned.length).map((line) => line.name)
  return names.length ? `还等您签名：${names.join('、')}。请点“表单”里的“去签字”。` : ''
}

/** Who has the case now and with what: 在等工程管理部门：设计方案. Empty where nobody is waited for. */
export function tellWhoseTurn(tasks: readonly Pick<StaffCaseView['open_tasks'][number], 'name' | 'party_name'>[]): string {
  const waited = tasks.filter((task) => task.party_name !== '系统').map((task) => `${task.party_name}：${task.name}`)
  return waited.length ? `在等${[...new Set(waited)].join('，')}` : ''
}

/** What is said once something is done and nothing more is offered here: whose turn it is, unless an answer is owed. */
export function tellNext(after: Pick<StaffCaseView, 'open_tasks'> & Partial<Pick<StaffCaseView, 'objections'>>): string {
  if (after.objections?.some((one) => one.may_answer)) return '客户对单据有异议，还等您答复'
  const turn = tellWhoseTurn(after.open_tasks)
  return turn ? `${turn}，您不用再办` : ''
}

/** What is the customer's, and only done for one who is there. */
export const tellHelp = (name: string, answers: boolean): string =>
  `${answers ? '客户有异议，先答复。客户还是来柜台办的，可以代办' : '正在等客户自己办。客户来到柜台时，您可以代办'}：${name}`

/** What waits in the case that was handed over to; `answers`: the customer is first to hear what is said to their objection. */
export function tellChild(child: Pick<NonNullable<StaffCaseView['child']>, 'for_customer' | 'your_step'>, answers: boolean): string {
  if (!child.for_customer) return `承接的工单在等您：${child.your_step}`
  return tellHelp(child.your_step ?? '', answers)
}

/** Who answers what the customer says of a paper, for whoever may not. */
export const tellAnswerer = (one: Pick<StaffCaseView['objections_beside'][number], 'answered_by'>): string =>
  one.answered_by ? `由${one.answered_by}答复` : '由填单据的同事答复'

/** What stands in the place of the buttons where there is none; ``approves`` who has a contract to approve above. */
export function tellIdle(
  view: (Pick<StaffCaseView, 'status' | 'step_name'> & Partial<Pick<StaffCaseView, 'objections' | 'objections_beside' | 'documents' | 'extension' | 'waits_for' | 'open_tasks' | 'actions'>>) | null,
  approves = false,
): string {
  const toSign = tellToSign(view?.documents ?? [])
  if (toSign && !approves) return toSign
  if (view?.objections?.some((one) => one.may_answer)) return '客户对单据有异议，请联系客户，并在上面答复。'
  const beside = view?.objections_beside?.[0]
  if (beside) return `客户对“${beside.paper}”有异议，${beside.may_answer ? '请点上面的“去看、去答复”' : tellAnswerer(beside)}。`
  if (view && view.status !== 'open') return `${view.step_name}，不用再办。`
  if (view?.extension?.may_answer) return '请看上面的延期申请，等您同意或不同意。'
  if (approves) return '请看“内容”里的合同审批，等您同意或退回。'
  if (view?.waits_for === 'answer') return '客户对单据有异议，等填单据的同事答复。现在没有要您办的。'
  const turn = tellWhoseTurn(view?.open_tasks ?? [])
  const byAnother = view?.actions?.some(isOwnWork) ? '前面是您办的，要由另一位同事来审。' : ''
  if (turn) return `${turn}。${byAnother}现在没有要您办的。`
  return view?.waits_for === 'customer' ? '正在等客户，现在没有要您办的。' : '现在没有要您办的。看进度可知正在等谁。'
}

const ENDS: Partial<Record<StaffCaseView['status'], string>> = { withdrawn: '已由客户撤回', cancelled: '已终止', refused: '已决定不予办理', completed: '已办结' }

/** How a case ended, for somebody who was about to act on it; null while it is open. */
export function tellEnded(status: StaffCaseView['status']): string | null {
  return ENDS[status] ? `这件${ENDS[status]}，不用再办。` : null
}

export function isSameAction(left: AvailableAction, right: AvailableAction): boolean {
  return left.kind === right.kind && left.step === right.step && left.outcome === right.outcome
}

/**
 * Actions with the likely one first: the engine's order, but a return leads once something is rejected. A step at which
 * nothing can be done yet stands below those at which something can; within one step the usual order stays, or a return
 * would stand where one expects the approval that is held up.
 */
export function orderActions(actions: readonly AvailableAction[], rejected: number): AvailableAction[] {
  const offered = actions.filter((action) => action.kind === 'complete' || action.kind === 'cancel')
  const ready = new Set(offered.filter((action) => !isGrave(action) && !findBlock(action)).map((action) => action.task))
  const rank = (action: AvailableAction) => {
    if (isGrave(action)) return 7
    // What was said before is only to be confirmed.
    if (action.choice === 'told') return -1
    // What the filled form speaks against is no longer likely: its other way out is.
    if (isUnpaid(action) || (action.demands.length && findBlock(action))) return 6
    const likely = !action.needs_corrections ? 1 : rejected > 0 ? 0 : 2
    return ready.has(action.task) ? likely : likely + 3
  }
  return offered
    .map((action, index) => ({ action, index }))
    .sort((left, right) => rank(left.action) - rank(right.action) || left.index - right.index)
    .map((entry) => entry.action)
}

/** The way out where nothing could be done at the visit: never what a finger should land on. */
export const NOT_HOME = 'not_home'

/**
 * Whether the action stands out: the first one, unless the form is still to say which of several ways it is, or it is one
 * of several that weigh the same and nobody has said which.
 */
export function isLeading(action: AvailableAction, index: number): boolean {
  return index === 0 && action.choice !== 'open' && action.outcome !== NOT_HOME && !(action.demands.length > 0 && needsForm(action))
}

export interface KeyedAction {
  action: AvailableAction
  /** Empty where an action is too grave for one keystroke. */
  shortcut: string
}

/**
 * Give each action its key: R return, D dispatch, S assign, O owing; A for the first other one, then digits. Of several
 * that weigh the same none has one: a digit beside 2级 and 3级 would be read as the level, and A choose without a look.
 */
export function giveKeys(actions: readonly AvailableAction[]): KeyedAction[] {
  const taken = new Set<string>()
  const spare = ['a', '2', '3', '4', '5', '6', '7', '8', '9']
  const own = (action: AvailableAction): string => {
    const needs = listNeeds(action)
    if (needs.includes('corrections')) return 'r'
    if (needs.includes('owed')) return 'o'
    if (needs.includes('unit')) return 'd'
    if (needs.includes('handler')) return 's'
    return ''
  }
  return actions.map((action) => {
    if (isGrave(action) || action.choice === 'open') return { action, shortcut: '' }
    let shortcut = own(action)
    if (!shortcut || taken.has(shortcut)) shortcut = spare.find((key) => !taken.has(key)) ?? ''
    taken.add(shortcut)
    return { action, shortcut }
  })
}

/** Whether somebody reviews this case now: an offered return makes marks useful. */
export function canReview(view: Pick<StaffCaseView, 'actions'>): boolean {
  return view.actions.some((action) => action.needs_corrections)
}
