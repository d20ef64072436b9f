import type { NoticeChoice } from '@/api/types'

export type Urgency = keyof NoticeChoice['ways']
export type Way = NoticeChoice['ways'][Urgency][number]

export const URGENCIES: { key: Urgency; name: string; text: string }[] = [
  { key: 'alarm', name: '燃气报警', text: '报警派到您这里、没人接警。值班时的电话叫班不受这里影响。' },
  { key: 'urgent', name: '急事', text: '办件超时限、客户催办、有工作移交给您' },
  { key: 'ordinary', name: '一般事', text: '合同等您审批、工作日历要续等' },
]
export const WAYS: { key: Way; name: string }[] = [
  { key: 'browser', name: '浏览器通知' },
  { key: 'wecom', name: '企业微信' },
  { key: 'sms', name: '短信' },
]

/** What cannot be kept, as a sentence; null where all is well. An alarm has to reach whoever has no screen open. */
export function findChoiceFault(choice: NoticeChoice): string | null {
  if (!choice.ways.alarm.some((way) => way !== 'browser')) return '燃气报警请至少留短信或企业微信一种。'
  if ((choice.quiet_from === null) !== (choice.quiet_until === null)) return '免打扰的开始和结束请都选上。'
  return null
}

/** The quiet hours in words. */
export function tellQuiet(choice: NoticeChoice): string {
  const { quiet_from: from, quiet_until: until } = choice
  if (from === null || until === null || from === until) return '没有设免打扰，一般事随时提醒。'
  return `每天 ${from}:00 到${from > until ? '次日' : ''} ${until}:00，一般事先不提醒，到点再发；报警和急事不受影响。`
}
