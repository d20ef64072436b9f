/** How a paper that its customer objects to is made anew: where it can be done at once, and what is to be done before. */
import type { AvailableAction, StaffCaseView } from '@/api/types'

type Objection = StaffCaseView['objections'][number]
type Shown = Pick<StaffCaseView, 'actions' | 'open_tasks' | 'child'>

/** The way out by which whoever reads this has it made anew at once; null where it is another's, or not its turn yet. */
export function findRemaking(objection: Pick<Objection, 'way'>, view: Pick<StaffCaseView, 'actions'>): AvailableAction | null {
  const way = objection.way
  if (!way || way.ends_child) return null
  return view.actions.find((one) => one.kind === 'complete' && one.task === way.task && one.outcome === way.outcome) ?? null
}

/** The case that is to be ended before; null where nothing is, or where it is not seen. */
export const findEndedFirst = (objection: Pick<Objection, 'way'>, view: Shown): string | null => (objection.way?.ends_child ? (view.child?.case_no ?? null) : null)

/** What the way to a new paper is, in one sentence; empty where there is none. */
export function tellRemaking(objection: Pick<Objection, 'way' | 'paper'>, view: Shown): string {
  const { way, paper } = objection
  if (!way) return ''
  const done = `新的${paper}填好后，客户会收到通知。`
  if (way.ends_child) {
    const then = way.outcome ? `，再回到这件点“${way.name}”` : ''
    return `数不对、要重做的：先到承接的工单（收费）里点“终止收费”，只终止收费，客户的申请还在${then}。${done}`
  }
  if (findRemaking(objection, view)) return `数不对的，不用先答复，直接点“${way.name}”。${done}`
  const party = view.open_tasks.find((one) => one.no === way.task)?.party_name ?? '负责的同事'
  return `数不对、要重做的，由${party}点“${way.name}”。${done}`
}

/** By an hour that is booked for it, or at once by whoever is still there. */
const REREADING = ['recheck', 'recheck_here']

/** Whether the action sends the case back so that what was written down is read or made anew. */
export const isRemaking = (action: Pick<AvailableAction, 'task' | 'outcome'>, objections: StaffCaseView['objections']): boolean =>
  REREADING.includes(action.outcome ?? '') || objections.some(({ way }) => way && !way.ends_child && way.task === action.task && way.outcome === action.outcome)

/** Whether ending it ends a part alone, which was handed over to collect money, and not what the customer applied for. */
export const endsCollection = (action: Pick<AvailableAction, 'kind'>, view: Pick<StaffCaseView, 'parent_case_no' | 'open_tasks'>): boolean =>
  action.kind === 'cancel' && view.parent_case_no !== null && view.open_tasks.some((task) => task.queue === 'charge' || task.queue === 'to_pay')

export const REASONS_TO_REMAKE = ['客户说读数不对，请重新抄表', '客户说气量或金额算得不对', '读数抄错了', '户号或表号填错了']
export const REASONS_TO_END_COLLECTION = ['客户说数不对，要重新核对', '金额开错了，要重新开', '客户要改天再缴', '客户不办了']

type Ended = Pick<StaffCaseView, 'parent_case_no' | 'open_tasks' | 'order_name' | 'service_name'>

/** What is said before a case is ended; of a part, that it is no more than that. `isTold`: whether the customer hears of it. */
export function tellEnding(action: Pick<AvailableAction, 'kind' | 'name'>, view: Ended, isTold: boolean): string {
  const told = isTold ? '客户会收到通知，看得到原因。' : ''
  if (action.kind !== 'cancel' || !view.parent_case_no) return `办了以后不能撤回。${told}确定要${action.name}吗？`
  const what = endsCollection(action, view) ? '这次收费' : `“${view.order_name ?? view.service_name}”这一件`
  return `只终止${what}，客户的申请不终止，会回到原申请接着办。${told}终止了不能恢复，确定吗？`
}
