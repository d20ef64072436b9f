import { sendCommand } from './commanding'
import { call } from './http'
import type { CaseView, Hold, SlotDay } from './types'

type Seen = { case_no: string; version: number }

/** A week of days from the first one with hours to offer; which day it is the server knows, not the phone. */
export const fetchSlots = (caseNo: string) => call<{ days: SlotDay[] }>('GET', `/cases/${caseNo}/slots`)

export const holdSlot = (caseNo: string, startAt: string) =>
  call<Hold>('POST', `/cases/${caseNo}/holds`, { start_at: startAt })

/** Book the held hour, or move an earlier booking to it. */
export const bookHold = (seen: Seen, holdId: string) =>
  sendCommand(`book:${seen.case_no}`, { expected_version: seen.version, hold_id: holdId }, (body) =>
    call<CaseView>('POST', `/cases/${seen.case_no}/appointment`, body),
  )

export const cancelAppointment = (seen: Seen) =>
  sendCommand(`cancel-booking:${seen.case_no}`, { expected_version: seen.version }, (body) =>
    call<CaseView>('DELETE', `/cases/${seen.case_no}/appointment`, body),
  )
