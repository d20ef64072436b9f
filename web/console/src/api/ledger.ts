import { announce, API_ROOT, getCsrfToken, makeQuery, NO_ANSWER, Problem, request } from './client'
import type { components } from './schema'
import type { ProblemBody } from './types'

type Schemas = components['schemas']

export type LedgerLine = Schemas['LedgerLine']
export type LedgerImported = Schemas['LedgerImported']
export type CustomerClass = LedgerLine['classification']

export interface LedgerQuery {
  classification: string
  q: string
  visitDue: boolean
  after?: number | null
}

export const listLedger = ({ classification, q, visitDue, after }: LedgerQuery) =>
  request<Schemas['LedgerPage']>('GET', '/ledger' + makeQuery({ classification, q, visit_due: visitDue ? 'true' : null, after }))
export const setClass = (accountNo: string, classification: CustomerClass, reason: string) =>
  request<LedgerLine>('POST', `/ledger/${encodeURIComponent(accountNo)}/class`, { classification, reason })
export const noteVisit = (accountNo: string, day: string) =>
  request<LedgerLine>('POST', `/ledger/${encodeURIComponent(accountNo)}/visits`, { visited_on: day })

/** Send a table as it is; with `preview` the answer tells what would become of it. */
export async function bringInLedger(file: Blob, caseNo: string, preview: boolean): Promise<LedgerImported> {
  let response: Response
  try {
    response = await fetch(`${API_ROOT}/ledger/table.csv${makeQuery({ case_no: caseNo, preview: preview ? 'true' : null })}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv', 'X-CSRF-Token': getCsrfToken() },
      credentials: 'same-origin',
      body: file,
    })
  } catch {
    throw new Problem(0, { code: 'network', title: NO_ANSWER })
  }
  const body: unknown = await response.json().catch(() => ({}))
  if (!response.ok) throw announce(new Problem(response.status, body as Partial<ProblemBody>))
  return body as LedgerImported
}
