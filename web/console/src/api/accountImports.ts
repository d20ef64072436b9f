/** A company's existing customers brought in from a file, which is sent in pieces. */
import { announce, API_ROOT, getCsrfToken, makeQuery, NO_ANSWER, Problem, request } from './client'
import { saveFile } from './exports'
import type { components } from './schema'
import type { ProblemBody } from './types'

type Schemas = components['schemas']

export type AccountImport = Schemas['AccountImport']
export type ImportCommand = Schemas['ImportCommand']['command']
export type RefusedLines = Schemas['RefusedLines']

const ROOT = '/account-imports'

export const listImports = (before?: number | null) => request<Schemas['AccountImports']>('GET', ROOT + makeQuery({ before }))
export const readImport = (id: number) => request<AccountImport>('GET', `${ROOT}/${id}`)
export const listRefused = (id: number, after: number) => request<RefusedLines>('GET', `${ROOT}/${id}/refused` + makeQuery({ after }))
export const commandImport = (id: number, command: ImportCommand, mayChange = false) =>
  request<AccountImport>('POST', `${ROOT}/${id}/commands`, { command, may_change: mayChange })

async function send(method: string, path: string, body?: BodyInit, type = 'application/json'): Promise<Response> {
  const headers: Record<string, string> = { 'Content-Type': type }
  if (method !== 'GET') headers['X-CSRF-Token'] = getCsrfToken()
  let response: Response
  try {
    response = await fetch(API_ROOT + path, { method, headers, credentials: 'same-origin', body })
  } catch {
    throw new Problem(0, { code: 'network', title: NO_ANSWER })
  }
  if (response.ok) return response
  throw announce(new Problem(response.status, (await response.json().catch(() => ({}))) as Partial<ProblemBody>))
}

/** How often a piece is sent again before the person is asked. */
const TRIES = 3

/** Send a whole file; ``tell`` hears how much of it has gone, from 0 to 1. */
export async function uploadImport(file: File, tell: (share: number) => void): Promise<AccountImport> {
  const begun = await request<AccountImport>('POST', ROOT, { name: file.name, size: file.size })
  const pieces = Math.ceil(file.size / begun.piece_bytes)
  for (let number = 0; number < pieces; number++) {
    const piece = file.slice(number * begun.piece_bytes, (number + 1) * begun.piece_bytes)
    for (let tries = 1; ; tries++) {
      try {
        await send('PUT', `${ROOT}/${begun.id}/pieces/${number}`, piece, 'application/octet-stream')
        break
      } catch (thrown) {
        // The same piece twice does no harm, so that a lost answer costs only the sending.
        if (!(thrown instanceof Problem && thrown.isUncertain) || tries === TRIES) throw thrown
      }
    }
    tell((number + 1) / pieces)
  }
  return request<AccountImport>('POST', `${ROOT}/${begun.id}/uploaded`)
}

export async function takeTemplate(): Promise<void> {
  const answer = await send('GET', `${ROOT}/template.csv`)
  saveFile({ name: '客户导入模板.csv', content: await answer.blob() })
}

export async function takeRefused(one: AccountImport): Promise<void> {
  const answer = await send('GET', `${ROOT}/${one.id}/refused.xlsx`)
  saveFile({ name: `没有导入的行-${one.name}.xlsx`, content: await answer.blob() })
}

export async function exportAccounts(kind: 'csv' | 'xlsx', reason: string): Promise<void> {
  const answer = await send('POST', '/account-exports', JSON.stringify({ kind, reason }))
  saveFile({ name: `客户资料.${kind}`, content: await answer.blob() })
}
