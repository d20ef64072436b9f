import { linkBearer, leaveLink, readLink } from './link-keeping'
import { noAnswer, Problem, readProblem } from './problem'
import { dropTokens, keepTokens, readTokens, rereadTokens } from './tokens'
import type { Tokens } from './types'

export const API_BASE = `${__API_ORIGIN__}/api/v1`

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
type Query = Record<string, string | number | null | undefined>

const TIMEOUT_MS = 20_000
/** 401 answers that a fresh access token mends. */
const MENDED_BY_REFRESH = new Set(['token_expired'])

/** What the server says of a link that opens nothing any more. */
const LOST_LINK = new Set(['link_unknown', 'link_other_device', 'link_expired', 'link_replaced', 'link_case_closed'])

let onSessionLost: () => void = () => undefined
let onLinkLost: (token: string) => void = () => undefined
let refreshing: Promise<boolean> | null = null

/** Say what is to happen when the customer has to sign in again; told once by the session store. */
export function whenSessionIsLost(listener: () => void): void {
  onSessionLost = listener
}

/** Say what is to happen when the link by which the customer came opens nothing any more. */
export function whenLinkIsLost(listener: (token: string) => void): void {
  onLinkLost = listener
}

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (pairs.length === 0) return path
  return `${path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`
}

function send(method: Method, path: string, body: object | undefined, accessToken: string | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    uni.request({
      url: API_BASE + path,
      method,
      data: body === undefined ? undefined : JSON.stringify(body),
      timeout: TIMEOUT_MS,
      header: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(accessToken ? { Authorization: `Bearer ${accessToken}` } : {}),
      },
      success: ({ statusCode, data }) => {
        // A request that never reached the server comes as status 0 in some browsers.
        if (!statusCode) reject(noAnswer())
        else if (statusCode >= 200 && statusCode < 300) resolve(data)
        else reject(readProblem(statusCode, asObject(data)))
      },
      fail: () => reject(noAnswer()),
    })
  })
}

/** problem+json is not parsed by every platform. */
function asObject(data: unknown): unknown {
  if (typeof data !== 'string') return data
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

/** Get a new access token; many callers share one attempt. False: the customer has to sign in again. */
export function refreshTokens(): Promise<boolean> {
  refreshing ??= refreshOnce().finally(() => (refreshing = null))
  return refreshing
}

async function refreshOnce(): Promise<boolean> {
  const used = readTokens()
  if (!used) return false
  const newest = rereadTokens()
  if (newest && newest.access_token !== used.access_token) return true
  try {
    keepTokens((await send('POST', '/sessions/refresh', { refresh_token: used.refresh_token }, null)) as Tokens)
    return true
  } catch (thrown) {
    if (thrown instanceof Problem && !thrown.isOutcomeUnknown && thrown.status !== 429) {
      dropTokens()
      onSessionLost()
      return false
    }
    throw thrown
  }
}

/** Repeat `attempt` once after a silent refresh where the access token had run out. */
export async function withFreshToken<T>(attempt: (accessToken: string | null) => Promise<T>): Promise<T> {
  const bearer = linkBearer()
  if (bearer) return withLink(bearer, attempt)
  try {
    return await attempt(readTokens()?.access_token ?? null)
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown
    if (MENDED_BY_REFRESH.has(thrown.code) && (await refreshTokens()))
      return attempt(readTokens()?.access_token ?? null)
    dropTokens()
    onSessionLost()
    throw thrown
  }
}

/** By the link of a text message nothing is refreshed: it opens its case, or its own page says what to do. */
async function withLink<T>(bearer: string, attempt: (bearer: string) => Promise<T>): Promise<T> {
  try {
    return await attempt(bearer)
  } catch (thrown) {
    const token = readLink()?.token
    if (token && thrown instanceof Problem && LOST_LINK.has(thrown.code)) {
      leaveLink()
      onLinkLost(token)
    }
    throw thrown
  }
}

/** A call that needs a signed-in customer. Throws Problem. */
export async function call<T>(method: Method, path: string, body?: object, query: Query = {}): Promise<T> {
  return (await withFreshToken((token) => send(method, withQuery(path, query), body, token))) as T
}

/** A call that anyone may make. Throws Problem. */
export async function callOpenly<T>(method: Method, path: string, body?: object, query: Query = {}): Promise<T> {
  return (await send(method, withQuery(path, query), body, null)) as T
}

/** Addresses of files come without the host. */
export function absoluteUrl(url: string): string {
  return url.startsWith('/') ? __API_ORIGIN__ + url : url
}
