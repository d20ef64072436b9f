/**
 * The shapes of the staff API under the names that the console uses. They are those of the server's schemas: what
 * `schema.d.ts` says is written by `make types` from the OpenAPI document, and nothing is declared here a second time.
 */
import type { components } from './schema'

type Schemas = components['schemas']

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
export type PaperWish = Schemas['PaperWish']

export type FormColumn = NonNullable<FormField['columns']>[number]
export type FormOption = NonNullable<FormField['options']>[number]
/** A form of a step in the list of its case, and with all that is filled in. */
export type DocumentLine = Schemas['DocumentLine']
export type DocumentView = Schemas['Document']
export type DocumentSigner = Schemas['Signer']
export type SignatureWish = Schemas['Signature']
export type DocumentChange = Schemas['DocumentChange']

export type AvailableAction = Schemas['StaffAction']
/** What a command has to bring; photos may be left out. */
export type Asked = AvailableAction['asks'][number]
export type Correction = Schemas['StaffCorrection']
export type RatingInvitation = Schemas['RatingInvitation']
/** What the device at the counter is told, and what the customer says there. */
export type CounterRating = Schemas['CounterRating']
export type RatingWish = Schemas['RatingRequest']
/** A called customer's case, on the telephone, tells of no refusal. */
export type ProgressStep = Schemas['StaffProgressStep'] & Partial<Pick<Schemas['CaseProgressStep'], 'declined'>>
export type ToldMessage = Schemas['ToldMessage']
export type AppointmentView = Schemas['AppointmentView']

export type SignedIn = Schemas['SignedIn']
/** Its count is exact up to 999; 1000 means more. */
export type QueueView = Schemas['Queue']
export type QueueKey = QueueView['key']
export type StaffCaseRow = Schemas['StaffCaseRow']
export type CaseElsewhere = Schemas['CaseElsewhere']
export type RingingAlarm = Schemas['RingingAlarm']
export type StaffCaseView = Schemas['StaffCaseView']
export type ReviewMark = Schemas['ReviewMark']
export type ReviewMarks = Record<string, ReviewMark>

export type SlotDay = Schemas['SlotDay']
export type NewExtension = Schemas['NewExtension']
export type ForwardTarget = Schemas['ForwardTarget']
export type ForwardedPart = Schemas['ForwardedPart']
export type PendingExtension = Schemas['PendingExtension']
export type ExtensionAnswer = Schemas['ExtensionAnswer']['answer']
export type CommandBody = Schemas['StaffCommand']
/** What a command says, without its id and the version it expects. */
export type CommandDetails = Omit<CommandBody, 'command_id' | 'expected_version'>

export type ReturnReason = Schemas['ReturnReason']
export type ReasonKind = ReturnReason['kind']
export type NewReason = Schemas['NewReason']
export type ReasonChange = Schemas['ReasonChange']
export type Unit = Schemas['Unit']
export type Business = Schemas['Business']
export type Member = Schemas['StaffMember']
export type FailedJob = Schemas['FailedJob']
/** What a person found out about an unknown send; again means that it did not go out and shall. */
export type Settlement = Schemas['Settle']['as']
export type UnknownSend = Schemas['UnknownPromise']
export type CalendarDay = Schemas['Day']
export type CalendarYear = Schemas['Year']

export type ProblemBody = Schemas['Problem']
export type SocketFrame = Schemas['SocketFrame']

/** A page of a list; `next` goes into `?after=` for the following one. */
export interface Page<T> {
  items: T[]
  next: string | null
}
export type CaseLinkView = Schemas['CaseLink']
export type CaseContractView = Schemas['CaseContract']
export type CaseAccount = Schemas['CaseAccount']
export type CaseFee = Schemas['Fee']
export type WorksDrawing = Schemas['WorksDrawing']
export type GasAccount = Schemas['GasAccount']
export type CaseIdentityView = Schemas['CaseIdentity']
export type CaseBooks = Schemas['CaseBooks']
export type CaseBooksAnswer = Schemas['CaseBooksAnswer']
export type CasePremises = Schemas['CasePremises']
export type RecordMatches = Schemas['RecordMatches']
export type RecordMatch = RecordMatches['items'][number]
export type IdentityWord = Schemas['IdentityWord']
export type NoticeChoice = Schemas['NoticeChoice']
export type OfferedChoice = Schemas['OfferedChoice']
export type StaffNotices = Schemas['StaffNotices']
