/** One door to the staff API: cookie session, CSRF token, problem details, and what to do on a 401. */
import { noteAnswer, noteSilence } from './connection'
import type { ProblemBody } from './types'

export const API_ROOT = '/staff/api/v1'

/** A refusal by the server, or a request that got no answer (code `network`, status 0). */
export class Problem extends Error {
  readonly code: string
  readonly status: number
  readonly fields: Record<string, string>
  readonly requestId: string
  readonly extra: Record<string, unknown>

  constructor(status: number, body: Partial<ProblemBody>) {
    super(body.title || '这次没有办成，请稍后再试。')
    this.status = status
    this.code = body.code ?? 'unknown'
    this.fields = body.fields ?? {}
    this.requestId = body.request_id ?? ''
    this.extra = body.extra ?? {}
  }

  /** True where the request may or may not have arrived: repeat it with the same command_id. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

/** The sentence to show for anything thrown. */
export function tellProblem(thrown: unknown): string {
  return thrown instanceof Problem ? thrown.message : '页面出了点问题，请刷新后再试。'
}

const SIGN_IN_CODES = new Set(['not_signed_in', 'session_expired', 'token_expired'])

interface Listeners {
  signInNeeded: (problem: Problem) => void
  passwordChangeNeeded: () => void
}

let csrfToken = ''
let listeners: Listeners = { signInNeeded: () => {}, passwordChangeNeeded: () => {} }

export function setCsrfToken(token: string): void {
  csrfToken = token
}

export function getCsrfToken(): string {
  return csrfToken
}

/** Tell the client whom to call when the session is over or the password has to change. */
export function listenToSession(given: Listeners): void {
  listeners = given
}

type Query = Record<string, string | number | null | undefined>

export function makeQuery(query: Query): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

export const NO_ANSWER = '连不上服务器，请检查网络后再试。您填的内容还在。'

/**
 * Send one request and return the parsed answer (undefined for 204).
 * Raises Problem for every refusal and for a missing answer.
 */
export async function request<T>(method: string, path: string, body?: unknown, root = API_ROOT): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (method !== 'GET') headers['X-CSRF-Token'] = csrfToken
  let response: Response
  try {
    response = await fetch(root + path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    noteAnswer()
  } catch {
    noteSilence()
    throw new Problem(0, { code: 'network', title: NO_ANSWER })
  }
  if (response.ok) {
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  throw announce(await readProblem(response))
}

/** Send a text or a file as the body and return the answer as it is. Raises Problem. */
export async function sendBody(path: string, body: Blob | string, type: string): Promise<Response> {
  const headers = { Accept: 'application/json', 'Content-Type': type, 'X-CSRF-Token': csrfToken }
  let response: Response
  try {
    response = await fetch(API_ROOT + path, { method: 'POST', headers, credentials: 'same-origin', body })
  } catch {
    throw new Problem(0, { code: 'network', title: NO_ANSWER })
  }
  if (response.ok) return response
  throw announce(await readProblem(response))
}

async function getBody(path: string): Promise<Response> {
  const response = await fetch(API_ROOT + path, { credentials: 'same-origin' })
  if (response.ok) return response
  throw announce(await readProblem(response))
}

/**
 * Show a PDF in a tab of its own, where the browser prints or saves it. The tab opens at once, since browsers let
 * no page open one after waiting. Raises Problem.
 */
export async function openPdf(path: string, fetchPdf: (path: string) => Promise<Response> = getBody): Promise<void> {
  const tab = window.open('', '_blank')
  try {
    const response = await fetchPdf(path)
    const address = URL.createObjectURL(await response.blob())
    if (tab) tab.location.href = address
    else window.location.href = address
  } catch (thrown) {
    tab?.close()
    throw thrown instanceof Problem ? thrown : new Problem(0, { code: 'network', title: NO_ANSWER })
  }
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    return new Problem(response.status, (await response.json()) as ProblemBody)
  } catch {
    return new Problem(response.status, { code: 'unreadable' })
  }
}

/** Let the session's listeners know what a refusal means to them, and hand it on. */
export function announce(problem: Problem): Problem {
  if (problem.status === 401 && SIGN_IN_CODES.has(problem.code)) listeners.signInNeeded(problem)
  if (problem.code === 'password_must_change') listeners.passwordChangeNeeded()
  return problem
}

/** Upload by XMLHttpRequest, the only way that tells how far it is. `onProgress` gets 0..1. */
export function upload<T>(path: string, form: FormData, onProgress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest()
    sent.open('POST', API_ROOT + path)
    sent.setRequestHeader('X-CSRF-Token', csrfToken)
    sent.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    sent.onerror = () => reject(new Problem(0, { code: 'network', title: NO_ANSWER }))
    sent.onload = () => {
      let body: unknown = {}
      try {
        body = JSON.parse(sent.responseText)
      } catch {
        // A proxy's page instead of ours: the status alone has to do.
      }
      if (sent.status >= 200 && sent.status < 300) resolve(body as T)
      else reject(announce(new Problem(sent.status, body as ProblemBody)))
    }
    sent.send(form)
  })
}
