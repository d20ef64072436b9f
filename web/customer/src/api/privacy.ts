import { call, callOpenly } from './http'
import type { Consent, PrivacyNotice } from './types'

export const fetchNotice = () => callOpenly<PrivacyNotice>('GET', '/privacy-notice')

export const fetchConsent = () => call<Consent>('GET', '/me/consent')

export const giveConsent = (version: number) => call<Consent>('POST', '/me/consent', { version })

export const withdrawConsent = () => call<void>('DELETE', '/me/consent')
