import { makeQuery, request } from './client'
import type { CaseAccount, CaseBooksAnswer, CaseContractView, CaseElsewhere, CaseFee, CaseIdentityView, CaseLinkView, CasePremises, CommandBody, IdentityWord, Page, QueueView, RecordMatches, ReviewMarks, RingingAlarm, StaffCaseRow, StaffCaseView, Values, WorksDrawing } from './types'

/** Empty for whatever is due. */
export type DueFilter = '' | 'today' | 'overdue'
/** Empty for all; what was returned before, what has papers owed, what the customer urged. */
export type NarrowFilter = '' | 'returned' | 'owed' | 'urged'

export interface CaseQuery {
  queue: string
  service?: string
  unit?: string
  due?: DueFilter
  narrow?: NarrowFilter
  post?: string
  family?: string
  q?: string
  sort?: 'due' | 'newest'
  after?: string | null
  limit?: number
}

const path = (caseNo: string) => `/cases/${encodeURIComponent(caseNo)}`

export const listQueues = () => request<{ items: QueueView[] }>('GET', '/queues')
export const listCases = (query: CaseQuery) =>
  request<Page<StaffCaseRow> & { elsewhere: CaseElsewhere | null }>('GET', '/cases' + makeQuery({ ...query }))
export const listRingingAlarms = () => request<{ items: RingingAlarm[] }>('GET', '/alarms/ringing')
export const getCase = (caseNo: string) => request<StaffCaseView>('GET', path(caseNo))
export const listSameCustomer = (caseNo: string) =>
  request<{ items: StaffCaseRow[] }>('GET', `${path(caseNo)}/same-customer`)
export const revealItems = (caseNo: string, items: string[], reason: string) =>
  request<{ values: Values }>('POST', `${path(caseNo)}/reveal`, { items, reason })
export const saveReviews = (caseNo: string, items: ReviewMarks) =>
  request<void>('PUT', `${path(caseNo)}/reviews`, { items })
export const sendCommand = (caseNo: string, body: CommandBody) =>
  request<StaffCaseView>('POST', `${path(caseNo)}/commands`, body)
export const addNote = (caseNo: string, text: string) => request<unknown>('POST', `${path(caseNo)}/notes`, { text })
export const sendMessage = (caseNo: string, text: string) =>
  request<unknown>('POST', `${path(caseNo)}/messages`, { text })
export const getCaseLink = (caseNo: string) => request<CaseLinkView>('GET', `${path(caseNo)}/link`)
export const sendCaseLink = (caseNo: string) => request<CaseLinkView>('POST', `${path(caseNo)}/link`)
export const getCaseAccount = (caseNo: string) => request<CaseAccount>('GET', `${path(caseNo)}/account`)
export const getFee = (caseNo: string) => request<CaseFee>('GET', `${path(caseNo)}/fee`)
export const listDrawings = (caseNo: string) => request<WorksDrawing[]>('GET', `${path(caseNo)}/drawings`)
export const getCaseIdentity = (caseNo: string) => request<CaseIdentityView>('GET', `${path(caseNo)}/identity`)
/** What speaks against opening an account where the case wants it. */
export const getCasePremises = (caseNo: string) => request<CasePremises>('GET', `${path(caseNo)}/premises`)

/** What the account of the case owes, at the steps that settle it. */
export const getCaseBooks = (caseNo: string) => request<CaseBooksAnswer>('GET', `${path(caseNo)}/books`)

export const compareWithRecord = (caseNo: string) => request<RecordMatches>('GET', `${path(caseNo)}/record`)
export const decideIdentity = (caseNo: string, word: IdentityWord) =>
  request<CaseIdentityView>('POST', `${path(caseNo)}/identity/decision`, word)
/** Have the register asked whether the applicant's name belongs to the ID number. */
export const askRegister = (caseNo: string) => request<CaseIdentityView>('POST', `${path(caseNo)}/identity/name-check`)
const contractPath = (caseNo: string) => `${path(caseNo)}/contract`
export const getCaseContract = (caseNo: string) => request<CaseContractView>('GET', contractPath(caseNo))
export const decideContract = (caseNo: string, approves: boolean, reason: string) =>
  request<CaseContractView>('POST', `${contractPath(caseNo)}/decision`, { approves, reason })
export const resubmitContract = (caseNo: string) =>
  request<CaseContractView>('POST', `${contractPath(caseNo)}/resubmission`)
