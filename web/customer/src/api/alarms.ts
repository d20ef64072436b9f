import { sendCommand } from './commanding'
import { callOpenly } from './http'
import type { Address, AlarmAdvice, AlarmReceipt, AlarmReport, AlarmState } from './types'

export const fetchAlarmAdvice = () => callOpenly<AlarmAdvice>('GET', '/alarm-advice')

export const reportAlarm = (report: AlarmReport) =>
  sendCommand('alarm', report, (body) => callOpenly<AlarmReceipt>('POST', '/alarms', body))

export const fetchAlarmState = (id: string) => callOpenly<AlarmState>('GET', `/alarms/${id}`)

const SENT = 'hall.alarm'
const KEPT_MS = 24 * 3600 * 1000

/** What somebody gave in the form of an alarm. */
export interface GivenAlarm {
  phone: string
  address: Address | null
  words: string
}

/** The alarm that this device sent last: its id, what was given, and when. */
export interface SentAlarm {
  id: string
  report: GivenAlarm
  at: number
  /** Whoever sent it has signed out: its number is not that of whoever signs in next. */
  is_others?: boolean
}

/** That alarm, so that a page opened anew does not invite a second one; null after a day. */
export function readSentAlarm(): SentAlarm | null {
  const sent = uni.getStorageSync(SENT) as SentAlarm | ''
  return sent && Date.now() - sent.at < KEPT_MS ? sent : null
}

export const keepSentAlarm = (id: string, report: GivenAlarm) => uni.setStorageSync(SENT, { id, report, at: Date.now() })

/** The number that was given with that alarm, for whoever signs in to follow it; '' without one. */
export function findAlarmPhone(): string {
  const sent = readSentAlarm()
  return sent && !sent.is_others ? sent.report?.phone ?? '' : ''
}

export function disownSentAlarm(): void {
  const sent = readSentAlarm()
  if (sent) uni.setStorageSync(SENT, { ...sent, is_others: true })
}
