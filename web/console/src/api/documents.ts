import { makeQuery, openPdf, request } from './client'
import type { components } from './schema'
import type { DocumentChange, DocumentView, SignatureWish, Values } from './types'

const path = (caseNo: string, task: number) => `/cases/${encodeURIComponent(caseNo)}/documents/${task}`

export const getDocument = (caseNo: string, task: number) => request<DocumentView>('GET', path(caseNo, task))
export const putDocument = (caseNo: string, task: number, change: DocumentChange) =>
  request<{ revision: number }>('PUT', path(caseNo, task), change)
export const revealInDocument = (caseNo: string, task: number, items: string[], reason: string) =>
  request<{ values: Values }>('POST', `${path(caseNo, task)}/reveal`, { items, reason })
/** Sign a document as it stands; a signature over what has changed meanwhile is refused. */
export const signDocument = (caseNo: string, task: number, wish: SignatureWish) =>
  request<void>('POST', `${path(caseNo, task)}/signatures`, wish)
/** Tell the customer what comes of what they found wrong with a paper; the same answer sent again does nothing more. */
export const answerObjection = (caseNo: string, task: number, answer: { command_id: string; objection: number; text: string }) =>
  request<void>('POST', `${path(caseNo, task)}/objection-answers`, answer)
/** Show a filled form as PDF, or all of the case's. Each look is recorded. */
export const printDocument = (caseNo: string, task: number) => openPdf(`${path(caseNo, task)}/pdf`)
export const printDocuments = (caseNo: string) => openPdf(`/cases/${encodeURIComponent(caseNo)}/documents.pdf`)

/** A kind of document that several cases have filled in. */
export type PrintKind = components['schemas']['PrintKind']
export const listPrintKinds = (caseNos: string[]) => request<{ items: PrintKind[] }>('GET', `/prints${makeQuery({ cases: caseNos.join(',') })}`)
/** Show one kind of document of several cases as one PDF. Each look is recorded. */
export const printCases = (caseNos: string[], form: string) => openPdf(`/prints.pdf${makeQuery({ cases: caseNos.join(','), form })}`)
