/** The kinds of maintained reasons, and the types of fields that one for a return may be for. */
import type { FieldType, ReasonKind, ReturnReason } from '@/api/types'

export const REASON_KINDS: { kind: ReasonKind; name: string; hint: string }[] = [
  { kind: 'return', name: '退回修改', hint: '客户会看到这句话，写清楚要改什么。' },
  { kind: 'dispatch', name: '派给另一单位', hint: '没派给地址所属的单位时选。' },
  { kind: 'end', name: '不予受理、终止', hint: '客户会收到通知，话要说得明白。' },
  { kind: 'alarm', name: '终止报警', hint: '终止一个燃气报警时选。' },
  { kind: 'site', name: '现场没办成', hint: '师傅上门时没办成，从这里选。' },
  { kind: 'other', name: '其他步骤', hint: '其他要写原因的步骤里选。' },
]

export const FIELD_TYPE_NAMES: Record<FieldType, string> = {
  text: '短文字',
  long_text: '长文字',
  number: '数字',
  money: '金额',
  date: '日期',
  datetime: '日期和时间',
  yes_no: '是或否',
  choice: '单选',
  multi_choice: '多选',
  phone: '手机号',
  id_number: '身份证号',
  credit_code: '信用代码',
  address: '地址',
  photos: '照片',
  documents: '材料',
  signature: '签名',
  table: '表格',
}

/** For which fields a reason is offered. */
export const tellFields = (reason: Pick<ReturnReason, 'field_types'>) =>
  reason.field_types.length ? reason.field_types.map((type) => FIELD_TYPE_NAMES[type as FieldType] ?? type).join('、') : '都可以'

/** The keys with one of them a place further up (-1) or down (1); at an end all stay where they are. */
export function moveKey(keys: readonly string[], key: string, by: -1 | 1): string[] {
  const at = keys.indexOf(key)
  const to = at + by
  const moved = [...keys]
  if (at < 0 || to < 0 || to >= keys.length) return moved
  ;[moved[at], moved[to]] = [moved[to]!, moved[at]!]
  return moved
}
