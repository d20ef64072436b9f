/** What staff arrange among themselves at a case; nearly every call answers with the case as it is afterwards. */
import { makeQuery, request } from './client'
import { makeUuid } from './intention'
import type { ExtensionAnswer, ForwardTarget, NewExtension, SlotDay, StaffCaseView } from './types'

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
export const listForwardTargets = (caseNo: string) => request<{ items: ForwardTarget[] }>('GET', `${path(caseNo)}/forward-targets`)
export const forwardPart = (caseNo: string, commandId: string, to: string, reason: string) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/forwarded-parts`, { command_id: commandId, to, reason })
/** A week of hours, from a day on or from the first one with any. */
export const listSlots = (caseNo: string, from?: string) => request<{ days: SlotDay[] }>('GET', `${path(caseNo)}/slots` + makeQuery({ from }))
export const holdSlot = (caseNo: string, start_at: string) => request<{ hold_id: string }>('POST', `${path(caseNo)}/holds`, { start_at })
export const bookVisit = (caseNo: string, commandId: string, holdId: string) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/appointment`, { command_id: commandId, hold_id: holdId })
export const cancelVisit = (caseNo: string, commandId: string) =>
  request<StaffCaseView>('DELETE', `${path(caseNo)}/appointment`, { command_id: commandId })
export const answerExtension = (caseNo: string, id: number, answer: ExtensionAnswer, reason = '') =>
  request<StaffCaseView>('POST', `${path(caseNo)}/extensions/${id}/answer`, { command_id: makeUuid(), answer, reason })
