/** Times as people here read them. The company works on one clock, whatever the computer's zone says. */

const ZONE = 'Asia/Shanghai'
const PARTS = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

function split(at: Date): Record<string, string> {
  return Object.fromEntries(PARTS.formatToParts(at).map((part) => [part.type, part.value]))
}

/** `11月26日 周四 17:00`; the year stands in front only where it is another one. */
export function tellMoment(iso: string | null, now: Date = new Date()): string {
  if (!iso) return ''
  const at = split(new Date(iso))
  const year = at.year === split(now).year ? '' : `${at.year}年`
  return `${year}${at.month}月${at.day}日 ${at.weekday} ${at.hour}:${at.minute}`
}

/** `11-26 17:00`, for dense lists. */
export function tellShort(iso: string | null): string {
  if (!iso) return ''
  const at = split(new Date(iso))
  return `${at.month!.padStart(2, '0')}-${at.day!.padStart(2, '0')} ${at.hour}:${at.minute}`
}

/** `今天 17:00`, `明天 09:00`, else `11月26日 周四 17:00`: as one says it to somebody. */
export function tellNear(iso: string, now: Date = new Date()): string {
  const day = toDay(new Date(iso))
  if (day === toDay(now)) return `今天 ${tellClock(iso)}`
  if (day === toDay(new Date(now.getTime() + 86_400_000))) return `明天 ${tellClock(iso)}`
  return tellMoment(iso, now)
}

/** `11月26日 周四`, the day of a moment. */
export const tellDayOf = (iso: string, now?: Date): string => tellMoment(iso, now).split(' ').slice(0, 2).join(' ')

/** `17:00`. */
export function tellClock(iso: string): string {
  const at = split(new Date(iso))
  return `${at.hour}:${at.minute}`
}

/** The day in Shanghai as `2026-11-26`. */
export function toDay(at: Date): string {
  const parts = split(at)
  return `${parts.year}-${parts.month!.padStart(2, '0')}-${parts.day!.padStart(2, '0')}`
}

/** The moment of a day and a clock time in Shanghai, as the server takes it. */
export const toMoment = (day: string, clock: string): string => `${day}T${clock}:00+08:00`

const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

/** `11月26日 周四` for a plain date `2026-11-26`. */
export function tellDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return `${month}月${date}日 ${WEEKDAYS[new Date(Date.UTC(year, month - 1, date)).getUTCDay()]}`
}

/** A length of time as far as it matters: `2天3小时`, `15小时`, `1小时20分`, `5分`; under a minute `不到1分`. */
export function tellSpan(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000)
  if (minutes < 1) return '不到1分'
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const rest = minutes % 60
  // From ten days on the hours say nothing more, and a column has no room for them.
  if (days > 9) return `${days}天`
  if (days > 0) return hours ? `${days}天${hours}小时` : `${days}天`
  if (hours > 9) return `${hours}小时`
  if (hours > 0) return rest ? `${hours}小时${rest}分` : `${hours}小时`
  return `${rest}分`
}

/** A running stop-watch: `02:35`, or `1:02:35` past the hour. */
export function tellElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const pad = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const tail = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`
  return hours ? `${hours}:${tail}` : tail
}
