/**
 * The shapes of the customers' API under the names that the client uses. They are those of the server's schemas: what
 * `schema.d.ts` says is written by `make types` from the OpenAPI document, and nothing is declared here a second time.
 */
import type { components } from './schema'

type Schemas = components['schemas']

export type Point = Schemas['Point']
export type Address = Schemas['Address']
export type Condition = Schemas['Condition']
export type FormField = Schemas['FormField']
export type FieldType = FormField['type']
export type FormSection = Schemas['FormSection']
export type FormBody = Schemas['FormBody']
export type Value = Schemas['Value']
/** One row of a table. */
export type Row = Schemas['Row']
export type Values = Record<string, Value>
export type FileView = Schemas['FileView']
export type PaperReading = Schemas['PaperReading']
export type PaperWish = Pick<Schemas['PaperWish'], 'paper'> & Partial<Schemas['PaperWish']>

export type FormColumn = NonNullable<FormField['columns']>[number]
export type FormOption = NonNullable<FormField['options']>[number]
export type DocumentView = Schemas['Document']
export type DocumentSigner = Schemas['Signer']
export type SignatureWish = Schemas['Signature']
export type OwnAccount = Schemas['OwnAccount']
export type BoundAccount = Schemas['BoundAccount']
export type AccountPage = Schemas['AccountPage']
export type AccountRole = BoundAccount['role']
export type AccountPerson = Schemas['AccountPerson']
export type Wording = Schemas['Wording']
export type AccountFigures = Schemas['AccountUseFigures']
export type TierPosition = NonNullable<AccountFigures['tier']>
export type AccountBalance = Schemas['AccountBalance']
export type GasBill = Schemas['GasBill']
export type GasBillDetail = Schemas['GasBillDetail']
export type AccountPayment = Schemas['AccountPayment']
export type AccountInvoice = Schemas['AccountInvoice']
export type AccountCase = Schemas['AccountCase']
export type AccountContract = Schemas['AccountContract']
export type Inspection = Schemas['Inspection']
export type BindingProof = Schemas['Binding']
export type Grant = Schemas['Grant']
export type FilledLine = Schemas['FilledLine']
export type WorksDrawing = Schemas['WorksDrawing']
export type Payments = Schemas['Payments']
export type Bill = Schemas['Bill']
export type DocumentChange = Schemas['DocumentChange']

export type AvailableAction = Schemas['AvailableAction']
export type IdentityView = Schemas['Identity']
export type Correction = Schemas['Correction']
export type Handler = Schemas['Contact']
export type ProgressStep = Schemas['ProgressStep']
export type AppointmentView = Schemas['AppointmentView']

export type Me = Schemas['Me']
export type PrivacyNotice = Schemas['Notice']
export type Consent = Schemas['Consent']
export type Erasure = Schemas['Erasure']
export type Tokens = Schemas['Tokens']

export type ServiceSummary = Schemas['ServiceSummary']
export type Service = Schemas['ServiceDetail']
export type Services = Schemas['ServiceList']
export type Street = Schemas['Street']
export type Region = Schemas['Region']
export type PremisesDoubt = Schemas['PremisesDoubt']

export type Draft = Schemas['Draft']
export type DraftSummary = Schemas['DraftLine']

export type CaseSummary = Schemas['CaseSummary']
export type CaseState = CaseSummary['state']
/** The documents of one case; a paper with a task has a page of its own, any other is on the case's page. */
export type CasePapers = Schemas['CasePapers']
export type Paper = CasePapers['papers'][number]
export type CaseView = Schemas['CaseView']
export type Home = Schemas['Home']
export type Rating = Schemas['Rating']
/** What a command says, without its id and the version it expects. */
export type CaseCommand = Omit<Schemas['CustomerCommand'], 'command_id' | 'expected_version'>
/** What is handed in, without the command's id. */
export type Application = Omit<Schemas['Application'], 'command_id'>

export type Slot = Schemas['Slot']
export type SlotDay = Schemas['SlotDay']
export type Hold = Schemas['Hold']
export type Visit = Schemas['Visit']

export type AlarmAdvice = Schemas['AlarmAdvice']
/** What is reported, without the command's id. */
export type AlarmReport = Omit<Schemas['Alarm'], 'command_id'>
export type AlarmReceipt = Schemas['AlarmReceipt']
export type AlarmState = Schemas['AlarmState']

export type Message = Schemas['CustomerMessage']
export type ProblemBody = Schemas['Problem']

/** A page of a list; `next` goes into `?after=` for the following one. */
export interface Page<T> {
  items: T[]
  next: string | null
}
