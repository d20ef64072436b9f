import { makeQuery, request } from './client'
import type { Member, ReturnReason, Unit } from './types'

export const listReturnReasons = (item?: string) =>
  request<{ items: ReturnReason[] }>('GET', '/return-reasons' + makeQuery({ item }))
export const listUnits = () => request<{ items: Unit[] }>('GET', '/units')
export const listMembers = (position: string, unit: string) =>
  request<{ items: Member[] }>('GET', '/members' + makeQuery({ position, unit }))
