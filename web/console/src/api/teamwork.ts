/** What staff arrange among themselves at a case; every call answers with the case as it is afterwards. */
import { request } from './client'
import { makeUuid } from './intention'
import type { ExtensionAnswer, NewExtension, StaffCaseView } from './types'

const path = (caseNo: string) => `/cases/${encodeURIComponent(caseNo)}`

export const askExtension = (caseNo: string, wish: NewExtension) => request<StaffCaseView>('POST', `${path(caseNo)}/extensions`, wish)
export const answerExtension = (caseNo: string, id: number, answer: ExtensionAnswer, reason = '') =>
  request<StaffCaseView>('POST', `${path(caseNo)}/extensions/${id}/answer`, { command_id: makeUuid(), answer, reason })
