import type { Address, FormColumn, FormField, Value } from '@/api/types'
import { showYuan } from './money'
import { isKeys, isRows } from './visibility'

/** A value as the customer reads it; files and signatures are drawn elsewhere. */
export function showValue(field: FormField | FormColumn, value: Value | undefined): string {
  if (value === null || value === undefined || value === '') return '未填写'
  const label = (one: string): string => field.options?.find((option) => option.value === one)?.label ?? one
  if (typeof value === 'number') {
    const unit = field.unit ?? (field.type === 'money' ? '元' : '')
    return [field.type === 'money' ? showYuan(value) : String(value), unit].filter(Boolean).join(' ')
  }
  if (typeof value === 'boolean') return (value ? field.yes_label : field.no_label) ?? ''
  if (typeof value === 'string') {
    if (field.type === 'choice') return label(value)
    if (field.type === 'datetime' && value.length === 16) return `${showDate(value.slice(0, 10))} ${value.slice(11)}`
    return field.type === 'date' ? showDate(value) : value
  }
  if (isRows(value)) return `共 ${value.length} 行`
  if (isKeys(value)) {
    if (value.length === 0) return '未填写'
    return field.type === 'multi_choice' ? value.map(label).join('、') : `共 ${value.length} 份`
  }
  return showAddress(value)
}

export function showAddress(address: Address): string {
  // "3号楼" and "2单元" need no space between them; two bare numbers do.
  const home = [address.building, address.unit, address.door].reduce(
    (line, part) => (/\d$/.test(line) && /^\d/.test(part) ? `${line} ${part}` : line + part),
    '',
  )
  const line = [address.region, address.street, address.community, home].filter(Boolean).join(' ')
  return address.note ? `${line}（${address.note}）` : line
}

/** "2026年11月26日" from "2026-11-26". */
export function showDate(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${year}年${month}月${day}日`
}

const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const CHINA_AHEAD_MS = 8 * 3600 * 1000

/** "11月26日 周四 17:00", the time in China wherever the device stands. */
export function showTime(iso: string): string {
  const at = new Date(new Date(iso).getTime() + CHINA_AHEAD_MS)
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
  return `${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${WEEKDAYS[at.getUTCDay()]} ${clock}`
}

/** "2026年11月26日 17:00", for what may lie years back. */
export function showFullTime(iso: string): string {
  const china = new Date(new Date(iso).getTime() + CHINA_AHEAD_MS).toISOString()
  return `${showDate(china.slice(0, 10))} ${china.slice(11, 16)}`
}

/** "11月26日 周四", the day of a moment. */
export const showDayOf = (iso: string): string => showTime(iso).split(' ').slice(0, 2).join(' ')

/** Days and hours within words stand at the odd places, so that no line breaks in the middle of one. */
export function splitTimes(words: string): string[] {
  return words.split(/(\d+月\d+日 周[一二三四五六日]|\d\d:\d\d–\d\d:\d\d)/)
}

/** "3.2 公里" or "450 米". */
export function showDistance(metres: number): string {
  return metres >= 1000 ? `${(metres / 1000).toFixed(1)} 公里` : `${Math.round(metres / 10) * 10} 米`
}

/** Farther off nobody sets out: such a position is wrong, or not yet known. */
const FARTHEST_M = 200_000

/** "25 分钟" or "2 小时 5 分钟"; null where the distance makes no sense. */
export function showArrival(minutes: number | null, metres: number | null): string | null {
  if (minutes === null || metres === null || metres > FARTHEST_M) return null
  if (minutes < 60) return `${minutes} 分钟`
  return minutes % 60 ? `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟` : `${minutes / 60} 小时`
}

/** Whether the position can be meant. */
export function isNear(metres: number | null): metres is number {
  return metres !== null && metres <= FARTHEST_M
}

const DAY_MS = 86_400_000

/** "今天 " or "明天 " before the day it is, in China; empty for any other. `date` as "2026-11-26". */
export function nameDay(date: string, now: Date): string {
  const day = (at: number): string => new Date(at + CHINA_AHEAD_MS).toISOString().slice(0, 10)
  if (date === day(now.getTime())) return '今天 '
  return date === day(now.getTime() + DAY_MS) ? '明天 ' : ''
}

/** "4:05" of what is left, never below zero. */
export function showCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
}

function two(figure: number): string {
  return String(figure).padStart(2, '0')
}
