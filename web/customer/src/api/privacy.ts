import { openOwnPdf } from '@/platform/files'
import { API_BASE, call, callOpenly, withFreshToken } from './http'
import { checkPdfStatus } from './problem'
import type { Consent, PrivacyNotice } from './types'

export const fetchNotice = () => callOpenly<PrivacyNotice>('GET', '/privacy-notice')

/** What is to be known before gas is used. */
export const fetchSafetyNotice = () => callOpenly<PrivacyNotice>('GET', '/safety-notice')

export const fetchConsent = () => call<Consent>('GET', '/me/consent')

export const giveConsent = (version: number) => call<Consent>('POST', '/me/consent', { version })

export const withdrawConsent = () => call<void>('DELETE', '/me/consent')

/** Open a copy of all that is kept of the customer. Throws Problem. */
export const openOwnData = () =>
  withFreshToken(async (token) => checkPdfStatus(await openOwnPdf(`${API_BASE}/me/data.pdf`, token ?? '', '我的个人信息')))
