/** The shapes of the staff API, named as the HTTP contract names them. Times are ISO 8601 with offset. */

export interface Address {
  region: string
  street: string
  community: string
  building: string
  unit: string
  door: string
  note: string
  point: { lat: number; lng: number; source: 'map' | 'browser' } | null
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

export type Asked = 'handler' | 'unit' | 'result' | 'photos' | 'signature'

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
  /** What the command has to bring; photos may be left out. */
  asks: Asked[]
}

export interface Correction {
  no: number
  item: string
  label: string
  reason: string
  resolved: boolean
  asked_at: string
  resolved_at: string | null
}

export interface ProgressStep {
  key: string
  name: string
  text: string
  state: 'done' | 'now' | 'next' | 'stopped'
  at: string | null
  due_at: string | null
  due_text: string | null
  handler: { name: string; phone: string } | null
  overdue: boolean
}

export interface AppointmentView {
  start_at: string
  end_at: string
  text: string
  may_change: boolean
  change_until: string | null
}

export interface SignedIn {
  name: string
  username: string
  unit_name: string
  positions: string[]
  departments: string[]
  must_change_password: boolean
  csrf_token: string
}

export type QueueKey =
  | 'accept'
  | 'review'
  | 'dispatch'
  | 'close'
  | 'assign'
  | 'reply'
  | 'mine'
  | 'unit'
  | 'overdue'
  | 'alarm'

export interface QueueView {
  key: QueueKey
  name: string
  /** Exact up to 999; 1000 means more. */
  count: number
  urgent: boolean
}

export interface StaffCaseRow {
  case_no: string
  service: string
  service_name: string
  step: string
  step_name: string
  customer_name: string
  place: string
  unit_name: string
  opened_at: string
  waiting_since: string
  due_at: string | null
  overdue: boolean
  time_left: { share: number } | null
  returned_times: number
  handler_name: string | null
  channel: string
  is_alarm: boolean
}

export interface ReviewMark {
  verdict: 'pass' | 'reject'
  reason: string
}

export type ReviewMarks = Record<string, ReviewMark>

export interface StaffCaseView extends StaffCaseRow {
  version: number
  status: string
  unit_code: string
  customer: { name: string; phone: string; masked: boolean }
  form: FormBody
  values: Values
  masked_items: string[]
  files: Record<string, FileView>
  corrections: Correction[]
  changed_items: string[]
  previous_values: Values
  reviews: ReviewMarks
  owed_documents: { key: string; label: string }[]
  may_be_owed: string[]
  progress: ProgressStep[]
  history: { at: string; actor: string; text: string }[]
  notes: { at: string; author: string; text: string }[]
  actions: AvailableAction[]
  appointment: AppointmentView | null
  visit: { photos: FileView[]; result: string | null; signature: FileView | null }
  open_tasks: { no: number; step: string; name: string; due_at: string | null }[]
  suggested_unit: { code: string; name: string } | null
  child_case_no: string | null
  parent_case_no: string | null
}

/** What a command says, without its id and the version it expects. */
export interface CommandDetails {
  kind: 'complete' | 'cancel'
  task?: number
  outcome?: string
  reason?: string
  corrections?: { item: string; reason: string }[]
  owed_documents?: string[]
  unit_code?: string
  handler?: string
  result?: string
  photos?: string[]
  signature?: string
}

export interface CommandBody extends CommandDetails {
  command_id: string
  expected_version: number
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface ReturnReason {
  key: string
  text: string
  field_types: string[]
}

export interface Unit {
  code: string
  name: string
  kind: string
  parent_code: string | null
}

export interface Member {
  username: string
  name: string
  presence: string
  open_cases: number
}

export interface FailedJob {
  id: string
  queue: string
  what: string
  failed_at: string
  error: string
  attempts: number
}

/** What a person found out about an unknown send; again means that it did not go out and shall. */
export type Settlement = 'sent' | 'refused' | 'again'

export interface UnknownSend {
  id: string
  topic: string
  what: string
  case_no: string | null
  may_repeat: boolean
  created_at: string
  started_at: string
  attempt: number
}

export interface CalendarDay {
  date: string
  is_working: boolean
  note: string
}

export interface CalendarYear {
  days: CalendarDay[]
  last_known_day: string
  warning: string | null
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

export interface SocketFrame {
  topic: string
  seq: number
}
