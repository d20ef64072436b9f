import { openOwnPdf } from '@/platform/files'
import { sendCommand } from './commanding'
import { API_BASE, call, withFreshToken } from './http'
import { checkPdfStatus } from './problem'
import type { CaseCommand, CasePapers, CaseSummary, CaseView, DocumentChange, DocumentView, FilledLine, OwnAccount, Home, Page, Payments, Visit, Wording, WorksDrawing } from './types'

export const fetchHome = () => call<Home>('GET', '/home')

export const fetchCases = (state: 'open' | 'ended', after: string | null) =>
  call<Page<CaseSummary>>('GET', '/cases', undefined, { state, after })

export const fetchCase = (caseNo: string) => call<CaseView>('GET', `/cases/${caseNo}`)

/** The documents of all one's cases, the newest case first. */
export const fetchPapers = (after: string | null) => call<Page<CasePapers>>('GET', '/papers', undefined, { after })

/** The account that a case is about, as soon as there is one. */
export const fetchAccount = (caseNo: string) => call<OwnAccount>('GET', `/cases/${caseNo}/account`)

/** The drawing that waits for the customer's signature, and those that were signed. */
export const fetchDrawings = (caseNo: string) => call<WorksDrawing[]>('GET', `/cases/${caseNo}/drawings`)

/** What is to be paid now, and what was paid. */
export const fetchPayments = (caseNo: string) => call<Payments>('GET', `/cases/${caseNo}/payments`)

export const fetchVisit = (caseNo: string) => call<Visit>('GET', `/cases/${caseNo}/visit`)

/** The form of a task among the case's actions. */
export const fetchDocument = (caseNo: string, task: number) => call<DocumentView>('GET', `/cases/${caseNo}/documents/${task}`)

export const saveDocument = (caseNo: string, task: number, change: DocumentChange) =>
  call<{ revision: number }>('PUT', `/cases/${caseNo}/documents/${task}`, change)

/** The filled documents that the customer fills in, signs or keeps a copy of. */
export const fetchCasePapers = (caseNo: string) => call<FilledLine[]>('GET', `/cases/${caseNo}/documents`)

/** Open the customer's copy of a filled document. Throws Problem. */
export const openPaper = (caseNo: string, paper: Pick<FilledLine, 'task' | 'name' | 'number'>) =>
  withFreshToken(async (token) => {
    const url = `${API_BASE}/cases/${caseNo}/documents/${paper.task}/pdf`
    checkPdfStatus(await openOwnPdf(url, token ?? '', `${paper.name}-${paper.number}`))
  })

/** All words of a contract, as they are signed. */
export const fetchWording = (caseNo: string, task: number) => call<Wording>('GET', `/cases/${caseNo}/documents/${task}/wording`)

/** Ask for a code by SMS that signs this document as it stands. */
export const sendSignCode = (caseNo: string, paper: FilledLine, signer: string) =>
  call<{ resend_after_seconds: number }>('POST', `/cases/${caseNo}/documents/${paper.task}/sign-codes`, { signer, sha256: paper.sha256 })

/** Sign a document as it stands. Throws Problem. */
export const signPaper = (caseNo: string, paper: FilledLine, signer: string, proof: { file_key: string } | { code: string }) =>
  call<void>('POST', `/cases/${caseNo}/documents/${paper.task}/signatures`, { signer, sha256: paper.sha256, ...proof })

/** Say what is wrong with a document instead of signing it. Throws Problem. */
export const objectToPaper = (caseNo: string, paper: Pick<FilledLine, 'task' | 'sha256'>, text: string) =>
  sendCommand(`object:${caseNo}:${paper.task}`, { sha256: paper.sha256, text }, (body) => call<{ leak_words: boolean }>('POST', `/cases/${caseNo}/documents/${paper.task}/objections`, body))

/** Do something with a case, as its actions offer it. Throws Problem. */
export function commandCase(seen: { case_no: string; version: number }, command: CaseCommand): Promise<CaseView> {
  const name = `case:${seen.case_no}:${command.kind}:${command.outcome ?? command.document ?? ''}`
  return sendCommand(name, { expected_version: seen.version, ...command }, (body) =>
    call<CaseView>('POST', `/cases/${seen.case_no}/commands`, body),
  )
}
