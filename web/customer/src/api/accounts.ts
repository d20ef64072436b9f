import { call } from './http'
import type { AccountPage, AccountPerson, BindingProof, BoundAccount, Grant } from './types'

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
