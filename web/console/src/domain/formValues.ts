/** What a form holds, as words on the screen. */
import type { Address, FormBody, FormColumn, FormField, Row, Value, Values } from '@/api/types'
import { holds } from './conditions'
import { tellDay, tellMoment } from './dates'
import { tellYuan } from './money'

export const FILE_TYPES = new Set(['photos', 'documents', 'signature'])

export function isFileField(field: FormField | FormColumn): boolean {
  return FILE_TYPES.has(field.type)
}

/** All fields of a form that apply to these values, in the form's order. */
export function listFields(form: FormBody, values: Values): FormField[] {
  return form.sections.flatMap((section) => section.fields).filter((field) => holds(field.when, values))
}

/** The keys of choices or files, but not the rows of a table. */
export function isKeys(value: Value | undefined): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

export function isRows(value: Value | undefined): value is Row[] {
  return Array.isArray(value) && !isKeys(value)
}

export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function isAddress(value: Value | undefined): value is Address {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function tellAddress(address: Address): string {
  const place = [address.region, address.street, address.community].filter(Boolean).join(' ')
  const door = [address.building, address.unit, address.door].filter(Boolean).join(' ')
  return [place, door, address.note && `（${address.note}）`].filter(Boolean).join(' ')
}

/** Whether one of these values is an address with a door, which may stand there masked. */
export function hasDoor(values: Values): boolean {
  return Object.values(values).some((value) => isAddress(value) && Boolean(value.door))
}

/** One value as text; file fields give the number of files. */
export function tellValue(field: FormField | FormColumn, value: Value | undefined): string {
  if (isEmpty(value)) return '未填'
  if (isAddress(value)) return tellAddress(value)
  const label = (one: string) => field.options?.find((option) => option.value === one)?.label ?? one
  if (isRows(value)) return `共 ${value.length} 行`
  if (typeof value === 'boolean') return (value ? field.yes_label : field.no_label) ?? ''
  if (isKeys(value)) return isFileField(field) ? `${value.length} 个文件` : value.map(label).join('、')
  if (field.type === 'signature') return '已签名'
  if (typeof value === 'number') return `${field.type === 'money' ? tellYuan(value) : value}${tellUnit(field)}`
  if (field.type === 'datetime' && /^[\d-]{10}T[\d:]{5}$/.test(String(value))) return tellMoment(`${String(value)}:00+08:00`)
  if (field.type === 'choice') return label(String(value))
  if (field.type === 'date' && /^\d{4}-\d{2}-\d{2}$/.test(String(value))) {
    return `${String(value).slice(0, 4)}年${tellDay(String(value))}`
  }
  return String(value)
}

function tellUnit(field: FormField | FormColumn): string {
  const unit = field.unit ?? (field.type === 'money' ? '元' : '')
  return unit && ` ${unit}`
}

/** The file keys that a value holds. */
export function listFileKeys(value: Value | undefined): string[] {
  if (isKeys(value)) return value
  return typeof value === 'string' && value ? [value] : []
}

const CHANNELS: Record<string, string> = {
  miniprogram: '小程序',
  mini: '小程序',
  wechat_mini: '小程序',
  h5: '公众号',
  wechat_web: '公众号',
  web: '网页',
  online: '网上',
  phone: '电话',
  hotline: '电话',
  hall: '营业厅',
  counter: '营业厅',
  field: '现场',
  municipal: '市政',
  officer: '员工转办',
  staff: '内部',
  calendar: '定期',
  plan: '按计划',
  system: '自动',
}

const ONLINE = new Set(['miniprogram', 'mini', 'wechat_mini', 'h5', 'wechat_web', 'web', 'online'])

/** Whether it came by the customer's own screen, as nearly all do: what is usual needs no mark. */
export function isOnline(channel: string): boolean {
  return ONLINE.has(channel)
}

export function tellChannel(channel: string): string {
  return CHANNELS[channel] ?? channel
}

const PRESENCES: Record<string, string> = {
  on_duty: '在岗',
  present: '在岗',
  absent: '不在岗',
  off_duty: '休息',
  leave: '请假',
}

export function tellPresence(presence: string): string {
  return PRESENCES[presence] ?? presence
}

export function isOnDuty(presence: string): boolean {
  return presence === 'on_duty' || presence === 'present'
}

/** The form without the places where the parties sign. */
export function leaveOutSigners(form: FormBody): FormBody {
  const sections = form.sections.map((section) => ({ ...section, fields: section.fields.filter((field) => !field.signer) }))
  return { ...form, sections: sections.filter((section) => section.fields.length) }
}
