/** What staff arrange among themselves at a case; nearly every call answers with the case as it is afterwards. */
import { request } from './client'
import { makeUuid } from './intention'
import type { ExtensionAnswer, NewExtension, StaffCaseView } from './types'

const path = (caseNo: string) => `/cases/${encodeURIComponent(caseNo)}`

export const askExtension = (caseNo: string, wish: NewExtension) => request<StaffCaseView>('POST', `${path(caseNo)}/extensions`, wish)
export const takeCoHandler = (caseNo: string, handler: string, reason: string) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/co-handlers`, { handler, reason })
export const letCoHandlerGo = (caseNo: string, handler: string, reason: string) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/co-handlers/removal`, { handler, reason })
export const addVisitPhotos = (caseNo: string, commandId: string, photos: string[]) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/visit-photos`, { command_id: commandId, photos })
/** Afterwards the case may be no longer one's own to see, so nothing of it comes back. */
export const forwardCase = (caseNo: string, commandId: string, to: string, reason: string) =>
  request<void>('POST', `${path(caseNo)}/forward`, { command_id: commandId, to, reason })
export const answerExtension = (caseNo: string, id: number, answer: ExtensionAnswer, reason = '') =>
  request<StaffCaseView>('POST', `${path(caseNo)}/extensions/${id}/answer`, { command_id: makeUuid(), answer, reason })
