/** What differs from the company's customer system where that stays the master. */
import { makeQuery, request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type AccountDifference = Schemas['AccountDifference']
export type AccountFeed = Schemas['AccountFeed']
export type Decision = Schemas['DifferenceDecision']['decision']
export type BothValues = Schemas['DifferenceValues']

const ROOT = '/account-differences'

export const readFeed = () => request<AccountFeed>('GET', `${ROOT}/feed`)
export const listDifferences = (isOpen: boolean, before?: number | null) =>
  request<Schemas['AccountDifferences']>('GET', ROOT + makeQuery({ is_open: String(isOpen), before }))
export const decideDifference = (one: AccountDifference, decision: Decision, reason = '') =>
  request<AccountDifference>('POST', `${ROOT}/${one.id}/decision`, { decision, found_at: one.found_at, reason })
export const lookAtDifference = (one: AccountDifference, reason: string) => request<BothValues>('POST', `${ROOT}/${one.id}/look`, { reason })
export const beginAgain = () => request<void>('POST', `${ROOT}/feed/again`, {})
