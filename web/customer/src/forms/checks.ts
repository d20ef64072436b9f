import type { Address, FormBody, FormField, Row, Value, Values } from '@/api/types'
import { isIdNumber } from './id-number'
import { showYuan } from './money'
import { isAsked, isBlank, isKeys, isRows, listFields } from './visibility'

/** A mobile number of the mainland. */
export function isMobile(text: string): boolean {
  return /^1[3-9]\d{9}$/.test(text.replace(/[\s-]/g, ''))
}

/** Why nobody can come to an address that is filled in, or null. */
export type PlaceCheck = (address: Address) => string | null

/** What is wrong with one value, as a sentence that says how to mend it, or null. The server checks again. */
export function checkField(field: FormField, value: Value | undefined, checkPlace?: PlaceCheck): string | null {
  if (isBlank(value)) return field.required && !field.may_be_owed && !field.signer ? askFor(field) : null
  if (typeof value === 'string') return checkText(field, value.trim())
  if (typeof value === 'number') return checkNumber(field, value)
  if (isKeys(value)) return checkList(field, value)
  if (typeof value === 'boolean') return null
  if (isRows(value)) return checkRows(field, value)
  return checkAddress(value as Address, checkPlace)
}

/** All mistakes of the form by field, in the order of the screen. */
export function checkForm(
  form: FormBody,
  values: Values,
  only?: ReadonlySet<string>,
  checkPlace?: PlaceCheck,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const field of listFields(form)) {
    if ((only && !only.has(field.key)) || !isAsked(field, values)) continue
    const sentence = checkField(field, values[field.key], checkPlace)
    if (sentence) found[field.key] = sentence
  }
  return found
}

/** What is wrong in the first wrong row; a row without anything in it counts for nothing. */
function checkRows(field: FormField, rows: Row[]): string | null {
  for (const [at, row] of rows.entries()) {
    if (Object.values(row).every((cell) => isBlank(cell))) continue
    for (const column of field.columns ?? []) {
      const wrong = checkField(column as FormField, row[column.key])
      if (wrong) return `第 ${at + 1} 行：${wrong}`
    }
  }
  return null
}

function askFor(field: FormField): string {
  switch (field.type) {
    case 'choice':
      return `请选择${field.label}`
    case 'multi_choice':
      return `请选择${field.label}，可以选多项`
    case 'date':
    case 'address':
      return `请选择${field.label}`
    case 'photos':
      return `请至少拍一张${field.label}`
    case 'documents':
      return `请至少上传一份${field.label}`
    case 'signature':
      return '请在框内签名'
    default:
      return `请填写${field.label}`
  }
}

function checkText(field: FormField, text: string): string | null {
  if (field.type === 'phone' && !field.service_number && !isMobile(text)) return '手机号应是 11 位数字，请核对'
  if (field.type === 'id_number' && !isIdNumber(text)) return '身份证号不对，请核对 18 位号码'
  if (field.account_number && !/^\d{12}$/.test(text.normalize('NFKC').replace(/[\s-]/g, ''))) return '户号是 12 位数字，请对照燃气卡或缴费单核对' + (field.required ? '' : '；记不清可以不填')
  if (field.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(text)) return '请重新选择日期'
  if (field.type === 'credit_code' && !/^[0-9A-Z]{18}$/i.test(text)) return '统一社会信用代码应是 18 位，请核对'
  if (field.type === 'number') return '请填数字'
  if (field.type === 'money') return '请填金额，如 1200 或 1200.50'
  if (field.max_length !== undefined && text.length > field.max_length)
    return `最多 ${field.max_length} 个字，请删去 ${text.length - field.max_length} 个字`
  return null
}

function checkNumber(field: FormField, value: number): string | null {
  if (!Number.isFinite(value)) return '请填数字'
  const tell = (bound: number): string => (field.type === 'money' ? `${showYuan(bound)} 元` : String(bound))
  if (field.min !== undefined && value < field.min) return `不能小于 ${tell(field.min)}，请核对`
  if (field.max !== undefined && value > field.max) return `不能大于 ${tell(field.max)}，请核对`
  return null
}

function checkList(field: FormField, list: string[]): string | null {
  if (field.max_count !== undefined && list.length > field.max_count)
    return `最多 ${field.max_count} 个，请删去 ${list.length - field.max_count} 个`
  if (field.min_count !== undefined && list.length < field.min_count) return `还差 ${field.min_count - list.length} 张（${field.hint ?? `要 ${field.min_count} 张`}）`
  return null
}

function checkAddress(address: Address, checkPlace?: PlaceCheck): string | null {
  if (!address.region) return '请选择所在区'
  if (!address.street) return '请选择街道'
  const unserved = checkPlace?.(address)
  if (unserved) return unserved
  if (!address.community.trim()) return '请选小区，或选“我的小区不在列表里”再写名字'
  return address.door.trim() ? null : '请填写门牌号，师傅好找到您家'
}
