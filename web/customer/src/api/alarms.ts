import { sendCommand } from './commanding'
import { callOpenly } from './http'
import type { AlarmAdvice, AlarmReceipt, AlarmReport } from './types'

export const fetchAlarmAdvice = () => callOpenly<AlarmAdvice>('GET', '/alarm-advice')

export const reportAlarm = (report: AlarmReport) =>
  sendCommand('alarm', report, (body) => callOpenly<AlarmReceipt>('POST', '/alarms', body))
