import type { AvailableAction, CaseView } from './types'
import type { PageName } from '@/platform/moving'

/** What the case waits for that has a screen of its own, by the server's code for what is still lacking. */
const SCREEN_BY_LACK: Record<string, PageName> = { appointment_missing: 'booking', form_missing: 'fill' }
/** Outcomes with a screen of their own. */
const SCREEN_BY_OUTCOME: Record<string, PageName> = { resubmit: 'mend', book: 'booking', rate: 'rate', read_safety: 'safety' }

/** The screen on which an action is done, or null where a question on the spot is enough. */
export function screenOf(action: AvailableAction): PageName | null {
  if (action.kind === 'supply_document') return 'supply'
  if (action.kind === 'sign_document') return 'sign-paper'
  if (action.kind === 'verify_identity') return 'identity'
  if (action.kind === 'rate') return 'rate'
  if (action.kind === 'book') return 'booking'
  if (action.kind !== 'complete') return null
  // What the command itself brings is no lack: the server says that it asks for it.
  if (action.asks.includes('signature') && action.unmet?.code !== 'form_missing') return 'sign'
  const lack = action.unmet ? SCREEN_BY_LACK[action.unmet.code] : undefined
  return lack ?? SCREEN_BY_OUTCOME[action.outcome ?? ''] ?? null
}

/** What the customer is to do, likely one first; withdrawing stands apart and cancelling is not theirs. */
export function listSteps(view: CaseView): AvailableAction[] {
  return view.actions.filter((action) => ['complete', 'book', 'sign_document', 'supply_document', 'verify_identity', 'rate'].includes(action.kind))
}

/** The other ways out of the same step that need no screen of their own: to disagree with what one is asked to sign. */
export function listOtherWays(view: Pick<CaseView, 'actions'>, action: AvailableAction): AvailableAction[] {
  const isOther = (one: AvailableAction) => one.kind === 'complete' && one.task === action.task && one.outcome !== action.outcome
  return view.actions.filter((one) => isOther(one) && screenOf(one) === null)
}

export function findAction(view: CaseView, test: (action: AvailableAction) => boolean): AvailableAction | null {
  return view.actions.find(test) ?? null
}

/** What the action's own screen has to know besides the case. */
export function queryOf(action: AvailableAction): { outcome?: string; task?: string } {
  const page = screenOf(action)
  if (page === 'sign-paper') return { task: String(action.task) }
  return (page === 'sign' || page === 'fill') && action.outcome ? { outcome: action.outcome } : {}
}

/** The words on the button: what the customer does, not what the process calls it. */
export function nameOf(action: AvailableAction): string {
  switch (screenOf(action)) {
    case 'mend':
      return '去修改'
    case 'booking':
      return '去预约上门时间'
    case 'sign':
    case 'sign-paper':
      return '去签字'
    case 'fill':
      return `填表，${action.name}`
    case 'rate':
      return '去评价'
    case 'identity':
      return '去核验身份'
    case 'safety':
      return '去看须知'
    case 'supply':
      return '补交资料'
    default:
      return action.name
  }
}

/** What is said where a yes is asked for: what comes next, and that whoever disagrees is shown it again. */
export function tellConsequence(action: Pick<AvailableAction, 'kind' | 'needs_reason'>): string {
  if (action.kind === 'withdraw') return '撤回后这件就不办了。以后要办，得重新申请。'
  if (action.needs_reason) return '写明哪里不合适，我们改好再给您看。'
  return '确定后接着往下办，不能撤销。'
}

/** What belongs to a completed action besides its own content. */
export function completionOf(action: AvailableAction): { kind: 'complete' | 'rate'; task?: number; outcome?: string } {
  if (action.kind === 'rate') return { kind: 'rate' }
  return {
    kind: 'complete',
    ...(action.task === null ? {} : { task: action.task }),
    ...(action.outcome === null ? {} : { outcome: action.outcome }),
  }
}

/**
 * How the button of what is to be done first looks. The counter books what it took by itself: before anything is paid, saying
 * that it is paid is not what one is here for.
 */
export const lookOf = (action: AvailableAction | null): 'main' | 'plain' => (action?.outcome === 'paid' ? 'plain' : 'main')
