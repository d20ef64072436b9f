import { disownSentAlarm, findAlarmPhone } from '@/api/alarms'
import { isMobile } from '@/forms/checks'
import { findTypedPhone } from '@/forms/local-drafts'

/** The mobile number that was typed last before anybody signed in: kept while the app is open, and nowhere written down. */
let typed = ''

/** Remember what was typed into a field for one's own phone, once it is a whole mobile number. */
export function noteTypedPhone(text: string): void {
  if (isMobile(text)) typed = text.trim()
}

/**
 * The number with which the sign-in begins: the one typed last, else that of an application begun here or of an alarm
 * sent from here, which both outlive a page that is loaded anew, else ''.
 */
export const firstPhone = (): string => typed || findTypedPhone() || findAlarmPhone()

/** Whoever uses this phone next begins with an empty field. */
export function forgetTypedPhone(): void {
  typed = ''
  disownSentAlarm()
}
