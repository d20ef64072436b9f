/** What the one who looks at a case may arrange beside its steps; the server says what, this puts it into words. */
import type { StaffCaseView } from '@/api/types'

export interface Arrangement {
  key: 'booking' | 'extension' | 'photos' | 'coHandlers' | 'forward' | 'department'
  name: string
}

/** The open steps for which one may ask for more time: none while a request waits for its answer. */
export function listExtendable(view: Pick<StaffCaseView, 'open_tasks' | 'extension'>): StaffCaseView['open_tasks'] {
  return view.open_tasks.filter((task) => task.may_extend && task.no !== view.extension?.task)
}

export function listArrangements(view: Pick<StaffCaseView, 'open_tasks' | 'extension' | 'team' | 'part' | 'status' | 'may_book' | 'appointment' | 'forwarding'>): Arrangement[] {
  const found: Arrangement[] = []
  if (view.may_book) found.push({ key: 'booking', name: view.appointment ? '改上门时间' : '替客户约上门' })
  if (view.part && view.status === 'open') found.push({ key: 'photos', name: '加现场照片' })
  if (view.team.may_arrange) found.push({ key: 'coHandlers', name: '协办人' }, { key: 'forward', name: '转给同事办' })
  if (view.forwarding.may_forward) found.push({ key: 'department', name: '转部门协办' })
  if (listExtendable(view).length) found.push({ key: 'extension', name: '申请延期' })
  return found
}
