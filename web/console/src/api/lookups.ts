import { makeQuery, request } from './client'
import type { Member, ReturnReason, Unit } from './types'

export const listReturnReasons = (item?: string) =>
  request<{ items: ReturnReason[] }>('GET', '/return-reasons' + makeQuery({ item }))
export const listUnits = () => request<{ items: Unit[] }>('GET', '/units')
export const listMembers = (position: string, unit: string) =>
  request<{ items: Member[] }>('GET', '/members' + makeQuery({ position, unit }))

/** The services that customers can apply for, from the customers' API, which anyone may read. */
export async function listServices(): Promise<{ items: { key: string; name: string }[] }> {
  const response = await fetch('/api/v1/services', { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(`services: ${response.status}`)
  return (await response.json()) as { items: { key: string; name: string }[] }
}

export interface ServedRegion {
  name: string
  streets: { name: string; communities: string[] }[]
}

/** Where the company serves, from the customers' API as well. */
export async function listServedAreas(): Promise<{ regions: ServedRegion[] }> {
  const response = await fetch('/api/v1/areas', { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(`areas: ${response.status}`)
  return (await response.json()) as { regions: ServedRegion[] }
}
