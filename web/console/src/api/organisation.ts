/** The organisation: units, people, duty roster and service areas, with the calls that keep them. */
import { API_ROOT, makeQuery, request, sendBody } from './client'
import type { components } from './schema'
import type { SignedIn } from './types'

type Schemas = components['schemas']

export type Me = SignedIn
export type Part = Me['parts'][number]
export type Presence = StaffPerson['presence']
export type KeptUnit = Schemas['Unit']
export type UnitKind = KeptUnit['kind']
export type UnitEntry = Schemas['UnitEntry']
export type Post = Schemas['Post']
export type Posts = Schemas['PostList']
/** The phone is masked; null where none is entered. */
export type StaffPerson = Schemas['Staff']
/** A phone of null leaves the one that is known. */
export type StaffEntry = Schemas['StaffEntry']
/** An empty community stands for the rest of the street. */
export type ServiceArea = Schemas['Area']
export type Place = Pick<ServiceArea, 'region' | 'street' | 'community'>
export type RosterEntry = Schemas['RosterEntry']
export type RosterTurn = Schemas['RosterTurn']
/** `from_code` is the unit whose roster says so; null where nobody is on duty at all. */
export type OnDutyUnit = Schemas['OnDutyUnit']
export type OpenWorkItem = Schemas['OpenWorkItem']
/** An hour in which a colleague has a visit of their own, and the cases that it would meet. */
export type Clash = Schemas['Clash']
export type PresenceChange = Schemas['Presence']
/** Seats in each hour from one to another; no region is the whole unit. */
export type VisitingHours = Schemas['SlotRule']
export type HoursEntry = Schemas['SlotRuleEntry']
export type HoursPlace = Schemas['VisitPlace']
export type VisitPolicy = Schemas['VisitPolicy']
export type TableName = 'units' | 'staff' | 'areas' | 'duty-roster' | 'slot-rules'
export type FaultyRow = Schemas['FaultyRow']
export type ImportPreview = Schemas['ImportPreview']
export type Imported = Schemas['Imported']

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

export const readHours = (unit: string) => request<Schemas['SlotRuleList']>('GET', '/slot-rules' + makeQuery({ unit }))
export const addHours = (entry: HoursEntry) => request<void>('POST', '/slot-rules', entry)
export const changeHours = (id: number, entry: HoursEntry) => request<void>('PUT', `/slot-rules/${id}`, entry)
export const removeHours = (rule: VisitingHours) =>
  request<void>('DELETE', `/slot-rules/${rule.id}` + makeQuery({ revision: rule.revision }))
export const putVisitPolicy = (entry: Schemas['VisitPolicyEntry']) => request<void>('PUT', '/slot-rules/policy', entry)

export const setPresence = (username: string, change: PresenceChange) =>
  request<void>('PUT', `/members/${part(username)}/presence`, change)
export const listOpenWork = (username: string) => request<Schemas['OpenWork']>('GET', `/members/${part(username)}/open-work`)
export const handOver = (username: string, body: Schemas['HandOver']) =>
  request<{ moved: number }>('POST', `/members/${part(username)}/hand-over`, body)

export const getCalendarWarning = () => request<{ warning: string | null }>('GET', '/calendar/warning')

/** Where a table is to be had as CSV; the cookie goes along. */
export const tableAddress = (name: TableName) => `${API_ROOT}${ROOT}/${name}.csv`

const sendTable = async <T>(path: string, file: Blob) => (await (await sendBody(ROOT + path, file, 'text/csv')).json()) as T

export const previewTable = (name: TableName, file: Blob) => sendTable<ImportPreview>(`/${name}.csv/preview`, file)
export const importTable = (name: TableName, file: Blob) => sendTable<Imported>(`/${name}.csv`, file)
