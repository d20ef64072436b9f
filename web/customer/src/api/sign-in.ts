import { call, callOpenly } from './http'
import type { Me, Tokens } from './types'

export const sendSmsCode = (phone: string, purpose: 'sign_in' | 'bind_phone') =>
  callOpenly<{ resend_after_seconds: number; expires_in_seconds: number }>('POST', '/sms-codes', { phone, purpose })

/** By every way in, `agreed` is the version of the privacy notice that was ticked. */
export const signInBySms = (phone: string, code: string, agreed: number | null) =>
  callOpenly<Tokens>('POST', '/sessions/sms', { phone, code, agreed_version: agreed })

export const signInByMiniProgram = (code: string, agreed: number | null) =>
  callOpenly<Tokens>('POST', '/sessions/wechat-mini', { code, agreed_version: agreed })

export const startWebAuthorisation = (returnTo: string) =>
  callOpenly<{ authorize_url: string }>('GET', '/sessions/wechat-web/start', undefined, { return_to: returnTo })

export const signInByWebAuthorisation = (code: string, state: string, agreed: number | null) =>
  callOpenly<Tokens>('POST', '/sessions/wechat-web', { code, state, agreed_version: agreed })

export const signOut = () => call<void>('DELETE', '/sessions/current')

export const fetchMe = () => call<Me>('GET', '/me')

export const bindPhoneByWechat = (code: string) => call<Me>('POST', '/me/phone/wechat', { code })

export const bindPhoneBySms = (phone: string, code: string) => call<Me>('POST', '/me/phone/sms', { phone, code })
