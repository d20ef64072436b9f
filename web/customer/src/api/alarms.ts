import { sendCommand } from './commanding'
import { callOpenly } from './http'
import type { AlarmAdvice, AlarmReceipt, AlarmReport, AlarmState } from './types'

export const fetchAlarmAdvice = () => callOpenly<AlarmAdvice>('GET', '/alarm-advice')

export const reportAlarm = (report: AlarmReport) =>
  sendCommand('alarm', report, (body) => callOpenly<AlarmReceipt>('POST', '/alarms', body))

export const fetchAlarmState = (id: string) => callOpenly<AlarmState>('GET', `/alarms/${id}`)

const SENT = 'hall.alarm'
const KEPT_MS = 24 * 3600 * 1000

/** The alarm that this device sent last, so that a page opened anew does not invite a second one; else ''. */
export function readSentAlarm(): string {
  const sent = uni.getStorageSync(SENT) as { id: string; at: number } | ''
  return sent && Date.now() - sent.at < KEPT_MS ? sent.id : ''
}

export const keepSentAlarm = (id: string) => uni.setStorageSync(SENT, { id, at: Date.now() })
