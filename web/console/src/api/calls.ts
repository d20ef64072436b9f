import { request } from './client'
import type { components } from './schema'
import type { StaffCaseRow } from './types'

type Schemas = components['schemas']
export type CalledCase = Schemas['CalledCase']
export type CasePlace = Schemas['CasePlace']

/** A whole case number, telephone or account number, or a community with a building. */
export const findCalled = (q: string) => request<{ items: StaffCaseRow[] }>('POST', '/calls/search', { q })
/** How a case stands; the look is recorded. */
export const readCalled = (caseNo: string) => request<CalledCase>('GET', `/calls/cases/${encodeURIComponent(caseNo)}`)
export const urgeCalled = (caseNo: string, commandId: string) => request<void>('POST', `/calls/cases/${encodeURIComponent(caseNo)}/urgings`, { command_id: commandId })
export const noteCalled = (caseNo: string, text: string) => request<void>('POST', `/calls/cases/${encodeURIComponent(caseNo)}/notes`, { text })

export type CallerSays = Partial<Schemas['CallerSays']>
/** How many things a caller has to say. */
export const readNeeded = () => request<Schemas['IdentityNeeded']>('GET', '/calls/identity')
export type VerifiedCustomer = Schemas['VerifiedCustomer']
/** Tells what is known of a caller of whom all agrees that is said; the look is recorded. */
export const verifyCaller = (says: CallerSays) => request<{ customers: VerifiedCustomer[] }>('POST', '/calls/identity', says)
