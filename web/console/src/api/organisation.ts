/** The organisation: units, people, duty roster and service areas, with the calls that keep them. */
import { API_ROOT, announce, getCsrfToken, makeQuery, Problem, request } from './client'
import type { ProblemBody, SignedIn } from './types'

export type Part = 'organisation' | 'unit_people' | 'calendar' | 'operations'
export type Presence = 'on_duty' | 'absent' | 'left'
export type UnitKind = 'centre' | 'division' | 'unit'

/** What the session tells beyond name and posts. */
export interface Me extends SignedIn {
  unit_code: string
  presence: string
  absent_from: string | null
  absent_until: string | null
  parts: string[]
}

export interface KeptUnit {
  code: string
  name: string
  kind: string
  parent_code: string | null
  is_active: boolean
  revision: string
}

export interface UnitEntry {
  name: string
  kind: string
  parent_code: string | null
  is_active: boolean
  revision: string
}

export interface Post {
  key: string
  name: string
}

export interface Posts {
  positions: Post[]
  departments: Post[]
}

export interface StaffPerson {
  username: string
  name: string
  unit_code: string
  positions: string[]
  departments: string[]
  /** Masked; null where none is entered. */
  phone: string | null
  presence: string
  absent_from: string | null
  absent_until: string | null
  revision: string
}

export interface StaffEntry {
  name: string
  unit_code: string
  positions: string[]
  departments: string[]
  /** null leaves the one that is known. */
  phone: string | null
  presence: string
  revision: string
}

export interface Place {
  region: string
  street: string
  /** Empty for the rest of the street. */
  community: string
}

export interface ServiceArea extends Place {
  unit_code: string
  revision: string
}

export interface RosterEntry {
  unit_code: string
  starts_on: string
  ends_on: string
  call_order: number
  username: string
  revision: string
}

export interface RosterTurn extends RosterEntry {
  id: number
  name: string
}

export interface OnDutyUnit {
  unit_code: string
  /** The unit whose roster says so; null where nobody is on duty at all. */
  from_code: string | null
  people: { name: string; call_order: number; phone: string | null }[]
}

export interface OpenWorkItem {
  case_no: string
  name: string
  place: string
  unit_name: string
}

export interface PresenceChange {
  presence: 'on_duty' | 'absent'
  absent_from?: string | null
  absent_until?: string | null
}

export type TableName = 'units' | 'staff' | 'areas' | 'duty-roster'

export interface FaultyRow {
  row: number
  text: string
}

export interface ImportPreview {
  rows: number
  new: number
  changed: number
  same: number
  faults: FaultyRow[]
}

export interface Imported {
  rows: number
  first_passwords: Record<string, string>
}

interface Items<T> {
  items: T[]
}

const ROOT = '/organisation'
const part = encodeURIComponent

export const listKeptUnits = () => request<Items<KeptUnit>>('GET', `${ROOT}/units`)
export const putUnit = (code: string, entry: UnitEntry) => request<void>('PUT', `${ROOT}/units/${part(code)}`, entry)
export const listPosts = () => request<Posts>('GET', `${ROOT}/posts`)
export const listStaff = (withLeft: boolean) =>
  request<Items<StaffPerson>>('GET', `${ROOT}/staff` + makeQuery({ with_left: withLeft ? 'true' : null }))
export const putStaff = (username: string, entry: StaffEntry) =>
  request<{ first_password: string | null }>('PUT', `${ROOT}/staff/${part(username)}`, entry)
export const resetPassword = (username: string) =>
  request<{ first_password: string }>('POST', `${ROOT}/staff/${part(username)}/first-password`)

export const listAreas = () => request<Items<ServiceArea>>('GET', `${ROOT}/areas`)
export const putArea = (area: ServiceArea) => request<void>('PUT', `${ROOT}/areas`, area)
export const removeArea = ({ region, street, community, revision }: ServiceArea) =>
  request<void>('DELETE', `${ROOT}/areas` + makeQuery({ region, street, community, revision }))

export const listTurns = (since: string, until: string) =>
  request<Items<RosterTurn>>('GET', `${ROOT}/duty-roster` + makeQuery({ since, until }))
export const addTurn = (entry: RosterEntry) => request<void>('PUT', `${ROOT}/duty-roster`, entry)
export const changeTurn = (id: number, entry: RosterEntry) => request<void>('PUT', `${ROOT}/duty-roster/${id}`, entry)
export const removeTurn = (turn: RosterTurn) =>
  request<void>('DELETE', `${ROOT}/duty-roster/${turn.id}` + makeQuery({ revision: turn.revision }))
export const listOnDuty = () => request<Items<OnDutyUnit> & { day: string }>('GET', `${ROOT}/on-duty`)

export const setPresence = (username: string, change: PresenceChange) =>
  request<void>('PUT', `/members/${part(username)}/presence`, change)
export const listOpenWork = (username: string) => request<Items<OpenWorkItem>>('GET', `/members/${part(username)}/open-work`)
export const handOver = (username: string, body: { command_id: string; to: string; reason: string }) =>
  request<{ moved: number }>('POST', `/members/${part(username)}/hand-over`, body)

export const getCalendarWarning = () => request<{ warning: string | null }>('GET', '/calendar/warning')

/** Where a table is to be had as CSV; the cookie goes along. */
export const tableAddress = (name: TableName) => `${API_ROOT}${ROOT}/${name}.csv`

async function sendTable<T>(path: string, file: Blob): Promise<T> {
  let response: Response
  try {
    response = await fetch(API_ROOT + ROOT + path, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'text/csv', 'X-CSRF-Token': getCsrfToken() },
      credentials: 'same-origin',
      body: file,
    })
  } catch {
    throw new Problem(0, { code: 'network', title: '连不上服务器，请检查网络后再试。' })
  }
  const body: unknown = await response.json().catch(() => ({}))
  if (response.ok) return body as T
  throw announce(new Problem(response.status, body as Partial<ProblemBody>))
}

export const previewTable = (name: TableName, file: Blob) => sendTable<ImportPreview>(`/${name}.csv/preview`, file)
export const importTable = (name: TableName, file: Blob) => sendTable<Imported>(`/${name}.csv`, file)
