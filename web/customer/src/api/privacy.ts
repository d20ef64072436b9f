import { openOwnPdf } from '@/platform/files'
import { API_BASE, call, callOpenly, withFreshToken } from './http'
import { checkPdfStatus } from './problem'
import type { Consent, Erasure, PrivacyNotice } from './types'

export const fetchNotice = () => callOpenly<PrivacyNotice>('GET', '/privacy-notice')

/** What is to be known before gas is used. */
export const fetchSafetyNotice = () => callOpenly<PrivacyNotice>('GET', '/safety-notice')

export const fetchConsent = () => call<Consent>('GET', '/me/consent')

export const giveConsent = (version: number) => call<Consent>('POST', '/me/consent', { version })

export const withdrawConsent = () => call<void>('DELETE', '/me/consent')

/** Open a copy of all that is kept of the customer. Throws Problem. */
export const openOwnData = () =>
  withFreshToken(async (token) => checkPdfStatus(await openOwnPdf(`${API_BASE}/me/data.pdf`, token ?? '', '我的个人信息')))

export const fetchErasure = () => call<Erasure>('GET', '/me/erasure')

/** Have a code sent to the customer's own phone; returns the seconds until the next may be sent. */
export const sendErasureCode = async () =>
  (await call<{ resend_after_seconds: number }>('POST', '/me/erasure/code')).resend_after_seconds

/** Erase the account, for good; every session ends. */
export const eraseAccount = (code: string) => call<void>('POST', '/me/erasure', { code })
