import { sendCommand } from './commanding'
import { call } from './http'
import type { CaseCommand, CasePapers, CaseSummary, CaseView, DocumentChange, DocumentView, Home, Page, Visit } from './types'

export const fetchHome = () => call<Home>('GET', '/home')

export const fetchCases = (state: 'open' | 'ended', after: string | null) =>
  call<Page<CaseSummary>>('GET', '/cases', undefined, { state, after })

export const fetchCase = (caseNo: string) => call<CaseView>('GET', `/cases/${caseNo}`)

/** The documents of all one's cases, the newest case first. */
export const fetchPapers = (after: string | null) => call<Page<CasePapers>>('GET', '/papers', undefined, { after })

export const fetchVisit = (caseNo: string) => call<Visit>('GET', `/cases/${caseNo}/visit`)

/** The form of a task among the case's actions. */
export const fetchDocument = (caseNo: string, task: number) => call<DocumentView>('GET', `/cases/${caseNo}/documents/${task}`)

export const saveDocument = (caseNo: string, task: number, change: DocumentChange) =>
  call<{ revision: number }>('PUT', `/cases/${caseNo}/documents/${task}`, change)

/** Do something with a case, as its actions offer it. Throws Problem. */
export function commandCase(seen: { case_no: string; version: number }, command: CaseCommand): Promise<CaseView> {
  const name = `case:${seen.case_no}:${command.kind}:${command.outcome ?? command.document ?? ''}`
  return sendCommand(name, { expected_version: seen.version, ...command }, (body) =>
    call<CaseView>('POST', `/cases/${seen.case_no}/commands`, body),
  )
}
