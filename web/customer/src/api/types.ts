/** The shapes that travel between the clients and the server. Names are those of the server's schemas. */

export interface Point {
  lat: number
  lng: number
  source: 'map' | 'browser'
}

export interface Address {
  region: string
  street: string
  community: string
  building: string
  unit: string
  door: string
  note: string
  point: Point | null
}

export type Condition =
  | { field: string; op: 'eq' | 'ne' | 'in' | 'includes' | 'gte' | 'lte' | 'present'; value?: unknown }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }

export type FieldType =
  | 'text'
  | 'long_text'
  | 'phone'
  | 'id_number'
  | 'choice'
  | 'multi_choice'
  | 'date'
  | 'number'
  | 'address'
  | 'photos'
  | 'documents'
  | 'signature'

export interface FormField {
  key: string
  label: string
  type: FieldType
  personal: string
  required?: boolean
  hint?: string
  when?: Condition
  options?: { value: string; label: string }[]
  max_length?: number
  min?: number
  max?: number
  max_count?: number
  may_be_owed?: boolean
  feeds_conditions?: boolean
}

export interface FormSection {
  key: string
  title: string
  fields: FormField[]
}

export interface FormBody {
  key: string
  version: number
  name: string
  sections: FormSection[]
}

export type Value = string | number | string[] | Address | null
export type Values = Record<string, Value>

export interface FileView {
  file_key: string
  name: string
  kind: 'image' | 'pdf'
  mime: string
  size: number
  url: string
  thumbnail_url: string | null
}

export interface AvailableAction {
  kind: 'complete' | 'withdraw' | 'cancel' | 'supply_document'
  task: number | null
  step: string | null
  outcome: string | null
  name: string
  unmet: { code: string; text: string } | null
  needs_reason: boolean
  needs_corrections: boolean
  needs_owed_documents: boolean
}

export interface Correction {
  no: number
  item: string
  label: string
  reason: string
  resolved: boolean
}

export interface Handler {
  name: string
  phone: string
}

export interface ProgressStep {
  key: string
  name: string
  text: string
  state: 'done' | 'now' | 'next' | 'stopped'
  at: string | null
  due_at: string | null
  due_text: string | null
  handler: Handler | null
  overdue: boolean
}

export interface AppointmentView {
  start_at: string
  end_at: string
  text: string
  may_change: boolean
  change_until: string | null
}

export interface Me {
  display_name: string
  phone_masked: string | null
  phone_verified: boolean
}

export interface Tokens {
  access_token: string
  expires_in: number
  refresh_token: string
  customer: Me
}

export interface ServiceSummary {
  key: string
  name: string
  summary: string
  needs: string[]
}

export interface Service extends ServiceSummary {
  form: FormBody
}

export interface Services {
  items: ServiceSummary[]
  hotline_number: string
}

export interface Street {
  name: string
  communities: string[]
}

export interface Region {
  name: string
  streets: Street[]
}

export interface Draft {
  form_version: number
  values: Values
  files: Record<string, FileView>
  saved_at: string
}

export interface DraftSummary {
  service: string
  service_name: string
  saved_at: string
}

export type CaseState = 'waits_for_you' | 'in_progress' | 'completed' | 'stopped'

export interface CaseSummary {
  case_no: string
  service: string
  service_name: string
  place: string
  headline: string
  state: CaseState
  action_name: string | null
  due_text: string | null
  opened_at: string
  updated_at: string
}

export interface Home {
  waiting: CaseSummary[]
  open_count: number
  unread_messages: number
}

export interface Rating {
  stars: number
  tags: string[]
  words: string
}

export interface CaseView {
  case_no: string
  service: string
  service_name: string
  version: number
  state: CaseState
  headline: string
  opened_at: string
  updated_at: string
  progress: ProgressStep[]
  corrections: Correction[]
  owed_documents: { key: string; label: string }[]
  form: FormBody
  values: Values
  files: Record<string, FileView>
  actions: AvailableAction[]
  appointment: AppointmentView | null
  visit_state: 'none' | 'set_off' | 'arrived'
  rating: Rating | null
  /** What one may tag a rating with, where it is time to rate. */
  rating_tags: { good: string[]; bad: string[] } | null
  ended_reason: string | null
}

export interface CaseCommand {
  kind: 'complete' | 'withdraw' | 'supply_document'
  task?: number
  outcome?: string
  reason?: string
  values?: Values
  document?: string
  rating?: Rating
}

export interface Application {
  service: string
  form_version: number
  values: Values
  allow_duplicate: boolean
}

export interface Slot {
  start_at: string
  end_at: string
  text: string
  left: number
}

export interface SlotDay {
  date: string
  text: string
  slots: Slot[]
}

export interface Hold {
  hold_id: string
  start_at: string
  end_at: string
  expires_at: string
}

export interface Visit {
  state: 'none' | 'set_off' | 'arrived'
  distance_m: number | null
  eta_minutes: number | null
  seen_at: string | null
  handler: Handler | null
}

export interface AlarmAdvice {
  hotline_number: string
  steps: string[]
}

export interface AlarmReport {
  phone: string
  address: Address | null
  words: string
}

export interface AlarmReceipt {
  case_no: string
  received_at: string
  advice: string[]
  hotline_number: string
}

export interface Message {
  id: string
  title: string
  text: string
  case_no: string | null
  at: string
  read: boolean
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface ProblemBody {
  type: string
  title: string
  status: number
  code: string
  detail: string
  fields: Record<string, string>
  request_id: string
  extra: Record<string, unknown>
}
