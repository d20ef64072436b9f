import { makeQuery, request } from './client'
import type { Business, Member, NewReason, ReasonChange, ReasonKind, ReturnReason, Unit } from './types'

/** The reasons of a kind; for maintenance the retired ones too. */
export const listReasons = (kind: ReasonKind, all = false) =>
  request<{ items: ReturnReason[] }>('GET', '/return-reasons' + makeQuery({ kind, all: all ? 'true' : null }))
export const addReason = (reason: NewReason) => request<ReturnReason>('POST', '/return-reasons', reason)
export const changeReason = (key: string, change: ReasonChange) =>
  request<ReturnReason>('PATCH', `/return-reasons/${encodeURIComponent(key)}`, change)
export const arrangeReasons = (kind: ReasonKind, keys: string[]) => request<void>('PUT', '/return-reasons/order', { kind, keys })
export const listUnits = () => request<{ items: Unit[] }>('GET', '/units')
export const listMembers = (position: string, unit: string) =>
  request<{ items: Member[] }>('GET', '/members' + makeQuery({ position, unit }))

/** What cases are about: services, what is taken in for customers, and all other processes. */
export const listBusinesses = () => request<{ items: Business[] }>('GET', '/businesses')

export interface ServedRegion {
  name: string
  streets: { name: string; communities: string[]; serves_rest: boolean }[]
}

/** Where the company serves, from the customers' API as well. */
export async function listServedAreas(): Promise<{ regions: ServedRegion[] }> {
  const response = await fetch('/api/v1/areas', { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(`areas: ${response.status}`)
  return (await response.json()) as { regions: ServedRegion[] }
}
