/** Visiting hours as people read them: by place, working days before days of rest. */
import type { HoursPlace, VisitingHours } from '@/api/organisation'
import { tellDay } from './dates'

export const DAY_KIND_NAMES: Record<VisitingHours['day_kind'], string> = { working: '工作日', rest: '休息日' }

export const placeKey = (place: HoursPlace) => [place.region, place.street, place.community].join('/')

/** The whole unit where no place is named. */
export function namePlace(place: HoursPlace): string {
  if (!place.region) return '整个单位'
  return [place.region, place.street, place.community || '其余地方'].join(' ')
}

/** `9:00–12:00`. */
export const nameHours = (rule: Pick<VisitingHours, 'from_hour' | 'until_hour'>) => `${rule.from_hour}:00–${rule.until_hour}:00`

export interface PlaceHours {
  key: string
  name: string
  rules: VisitingHours[]
}

/** The rules by place, the whole unit first, in the order in which the server lists them. */
export function groupByPlace(rules: readonly VisitingHours[]): PlaceHours[] {
  const groups = new Map<string, PlaceHours>()
  for (const rule of rules) {
    const key = placeKey(rule)
    const group = groups.get(key) ?? { key, name: namePlace(rule), rules: [] }
    group.rules.push(rule)
    groups.set(key, group)
  }
  return [...groups.values()]
}

export type Phase = 'ahead' | 'now' | 'over'

export function findPhase(rule: Pick<VisitingHours, 'effective_from' | 'effective_until'>, today: string): Phase {
  if (rule.effective_until && rule.effective_until < today) return 'over'
  return rule.effective_from > today ? 'ahead' : 'now'
}

/** The year stands in front only where it is another one. */
const tellDate = (day: string, today: string) => (day.slice(0, 4) === today.slice(0, 4) ? '' : `${day.slice(0, 4)}年`) + tellDay(day)

export function tellPeriod(rule: Pick<VisitingHours, 'effective_from' | 'effective_until'>, today: string): string {
  const until = rule.effective_until ? `到 ${tellDate(rule.effective_until, today)}` : '一直有效'
  return rule.effective_from > today ? `${tellDate(rule.effective_from, today)} 起，${until}` : until
}

/** `2 小时`, `90 分钟`. */
export function tellMinutes(minutes: number): string {
  if (!minutes) return '不限'
  return minutes % 60 ? `${minutes} 分钟` : `${minutes / 60} 小时`
}
