import { makeQuery, request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type AccountPlan = Schemas['AccountPlan']
export type NewPlan = Schemas['NewPlan']
export type PlanAccount = Schemas['PlanAccount']
export type PlanPlace = Schemas['CountedPlace']
export type RefusedAccount = Schemas['RefusedAccount']

export const METER_READING = 'meter_reading'

export const listPlans = (after: number | null = null) =>
  request<Schemas['AccountPlanPage']>('GET', '/plans' + makeQuery({ process: METER_READING, after }))
export const listPlanPlaces = () => request<{ items: PlanPlace[] }>('GET', '/plans/places')
export const makePlan = (plan: NewPlan) => request<AccountPlan>('POST', '/plans', plan)
export const readPlan = (id: number) => request<AccountPlan>('GET', `/plans/${id}`)
export const publishPlan = (id: number) => request<AccountPlan>('POST', `/plans/${id}/publish`, {})
export const dropPlan = (id: number) => request<void>('DELETE', `/plans/${id}`)
export const listPlanAccounts = (id: number, state: PlanAccount['state'] | null, after = 0) =>
  request<Schemas['PlanAccountPage']>('GET', `/plans/${id}/accounts` + makeQuery({ state, after }))
