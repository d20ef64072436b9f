import { request } from './client'
import type { components } from './schema'
import type { Address } from './types'

type Schemas = components['schemas']
export type Startable = Schemas['Startable']
export type StartableList = Schemas['StartableList']
export type Channel = StartableList['usual_channel']
export type KnownPerson = Schemas['KnownPerson']
export type IntakeFound = Schemas['IntakeFound']
export type NewCaseBody = Schemas['NewCase']

export const listStartable = () => request<StartableList>('GET', '/intake/processes')
/** A whole phone, number or address finds who it is, and the look is recorded; a name or a part of an address finds several, masked. */
export const findCustomer = (asked: { phone?: string; account_no?: string; case_no?: string; name?: string; address?: Address }) =>
  request<IntakeFound>('POST', '/intake/search', asked)
export const openCase = (body: NewCaseBody) => request<{ case_no: string }>('POST', '/cases', body)
