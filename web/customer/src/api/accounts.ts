import { call } from './http'
import type {
  AccountBalance,
  AccountCase,
  AccountContract,
  AccountFigures,
  AccountInvoice,
  AccountPage,
  AccountPayment,
  AccountPerson,
  BindingProof,
  BoundAccount,
  GasBill,
  GasBillDetail,
  Grant,
  Inspection,
  Page,
} from './types'

export const fetchAccounts = () => call<{ items: BoundAccount[] }>('GET', '/accounts').then(({ items }) => items)

export const fetchAccountPage = (accountNo: string) => call<AccountPage>('GET', `/accounts/${accountNo}`)

/** Have a code sent to the phone that the company has on file; nobody says whether there is one. */
export const sendBindingCode = (accountNo: string) =>
  call<{ resend_after_seconds: number }>('POST', '/accounts/codes', { account_no: accountNo })

/** Binding twice does no more than once, so a lost answer needs no id of its own. */
export const bindAccount = (proof: BindingProof) => call<BoundAccount>('POST', '/accounts', proof)

export const unbindAccount = (accountNo: string) => call<void>('DELETE', `/accounts/${accountNo}`)

export const fetchPeople = (accountNo: string) =>
  call<{ items: AccountPerson[] }>('GET', `/accounts/${accountNo}/people`).then(({ items }) => items)

export const grantRole = (accountNo: string, grant: Grant) => call<void>('POST', `/accounts/${accountNo}/people`, grant)

export const revokeRole = (accountNo: string, roleId: number) =>
  call<void>('DELETE', `/accounts/${accountNo}/people/${roleId}`)

export const fetchUse = (accountNo: string) => call<AccountFigures>('GET', `/accounts/${accountNo}/use`)

export const fetchBalance = (accountNo: string) => call<AccountBalance>('GET', `/accounts/${accountNo}/balance`)

export const fetchBills = (accountNo: string, after: string | null) =>
  call<Page<GasBill>>('GET', `/accounts/${accountNo}/bills`, undefined, { after })

export const fetchBill = (accountNo: string, billNo: string) =>
  call<GasBillDetail>('GET', `/accounts/${accountNo}/bills/${encodeURIComponent(billNo)}`)

export const fetchPayments = (accountNo: string, after: string | null) =>
  call<Page<AccountPayment>>('GET', `/accounts/${accountNo}/payments`, undefined, { after })

export const fetchInvoices = (accountNo: string, after: string | null) =>
  call<Page<AccountInvoice>>('GET', `/accounts/${accountNo}/invoices`, undefined, { after })

export const fetchAccountCases = (accountNo: string, after: string | null) =>
  call<Page<AccountCase>>('GET', `/accounts/${accountNo}/cases`, undefined, { after })

export const fetchContracts = (accountNo: string) =>
  call<{ items: AccountContract[] }>('GET', `/accounts/${accountNo}/contracts`).then(({ items }) => items)

export const fetchInspections = (accountNo: string) =>
  call<{ items: Inspection[] }>('GET', `/accounts/${accountNo}/inspections`).then(({ items }) => items)
