import { request } from './client'
import type { DocumentChange, DocumentView, Values } from './types'

const path = (caseNo: string, task: number) => `/cases/${encodeURIComponent(caseNo)}/documents/${task}`

export const getDocument = (caseNo: string, task: number) => request<DocumentView>('GET', path(caseNo, task))
export const putDocument = (caseNo: string, task: number, change: DocumentChange) =>
  request<{ revision: number }>('PUT', path(caseNo, task), change)
export const revealInDocument = (caseNo: string, task: number, items: string[], reason: string) =>
  request<{ values: Values }>('POST', `${path(caseNo, task)}/reveal`, { items, reason })
