/** Changing a form: pure steps on its sections. What may not be changed the server decides and says. */
import type { FieldType, FormColumn, FormField, FormSection } from '@/api/types'
import { FIELD_TYPE_NAMES, moveKey } from './reasons'

/** The types of which a field may be added; a table or an address comes with the program. */
export const NEW_TYPES = ['text', 'long_text', 'number', 'money', 'date', 'datetime', 'choice', 'multi_choice', 'yes_no', 'phone', 'id_number', 'credit_code', 'photos'] as const
export type NewType = (typeof NEW_TYPES)[number]
export const nameType = (type: FieldType): string => FIELD_TYPE_NAMES[type]

const PERSONAL: Record<string, string> = { phone: 'phone', id_number: 'id_number' }

/** Which limits a type has, in the words of its boxes. */
export const LIMITS: Record<string, { key: 'max_length' | 'min' | 'max' | 'decimals' | 'max_count' | 'max_rows'; name: string }[]> = {
  text: [{ key: 'max_length', name: '最多几个字' }],
  long_text: [{ key: 'max_length', name: '最多几个字' }],
  number: [{ key: 'min', name: '最小' }, { key: 'max', name: '最大' }, { key: 'decimals', name: '几位小数' }],
  money: [{ key: 'min', name: '最少（分）' }, { key: 'max', name: '最多（分）' }],
  photos: [{ key: 'max_count', name: '最多几张' }],
  documents: [{ key: 'max_count', name: '最多几份' }],
  table: [{ key: 'max_rows', name: '最多几行' }],
}

/** Whether an empty field may begin with what the company usually answers there: the same for everybody. */
export const takesUsual = (field: Pick<FormField, 'type' | 'personal'>): boolean => field.personal === 'none' && ['text', 'long_text', 'number'].includes(field.type)

/** A new field with all that its type needs, so that it can be saved as it is. */
export function makeField(type: NewType, token: string): FormField {
  const field: FormField = { key: `own_${token}`, label: `新的${nameType(type)}`, type, personal: (PERSONAL[type] ?? 'none') as FormField['personal'], required: false }
  if (type === 'text') field.max_length = 50
  if (type === 'long_text') field.max_length = 500
  if (type === 'photos') field.max_count = 6
  if (type === 'choice' || type === 'multi_choice') field.options = [{ value: 'one', label: '选项一' }, { value: 'two', label: '选项二' }]
  if (type === 'yes_no') Object.assign(field, { yes_label: '是', no_label: '否' })
  return field
}

/** The sections with a field one place further up or down, into the next section at its edge. */
export function moveField(sections: readonly FormSection[], key: string, by: -1 | 1): FormSection[] {
  const moved = sections.map((section) => ({ ...section, fields: [...section.fields] }))
  const at = moved.findIndex((section) => section.fields.some((field) => field.key === key))
  if (at < 0) return moved
  const own = moved[at]!.fields
  const index = own.findIndex((field) => field.key === key)
  const [field] = own.splice(index, 1)
  const to = index + by
  const beside = moved[at + by]
  if (to >= 0 && to <= own.length) own.splice(to, 0, field!)
  else if (beside) beside.fields.splice(by < 0 ? beside.fields.length : 0, 0, field!)
  else own.splice(index, 0, field!)
  return moved
}

/** The types of which a column may be added to this table: one without personal data takes none. */
export const listColumnTypes = (table: Pick<FormField, 'personal'>): NewType[] => NEW_TYPES.filter((type) => type !== 'photos' && (table.personal !== 'none' || !(type in PERSONAL)))

/** The columns with one of them a place further to the left (-1) or to the right (1). */
export function moveColumn(columns: readonly FormColumn[], key: string, by: -1 | 1): FormColumn[] {
  return moveKey(columns.map((one) => one.key), key, by).map((next) => columns.find((one) => one.key === next)!)
}

/** A mark by which a new field or column is told from all others. */
export const makeToken = (): string => Math.random().toString(36).slice(2, 10)

/** The value of a new option: one that none of the others has. */
export function nextValue(taken: readonly string[]): string {
  let number = taken.length + 1
  while (taken.includes(`own_${number}`)) number += 1
  return `own_${number}`
}

/** What the tick of a field demands: a paper that may be handed in later has to come, but holds nothing up. */
export function nameDemand(field: Pick<FormField, 'type' | 'may_be_owed'>): { name: string; title: string } {
  if (field.may_be_owed) return { name: '必交，可后补', title: '打勾：一定要交，手边没有的可以先提交、以后补交。不打勾：可以不交' }
  if (field.type === 'photos' || field.type === 'documents') return { name: '必交', title: '打勾：不交就提交不了。不打勾：可以不交' }
  return { name: '必填', title: '打勾：不填就提交不了。不打勾：可以不填' }
}

/** What the manual's paper left open, as a mark beside the field. */
export function tellDoubt(field: Pick<FormField, 'doubt'>): string {
  const kinds: Record<string, string> = { lost: '原文缺失', partial: '原文不全', number: '数字存疑', reading: '字迹存疑' }
  return field.doubt ? `${kinds[field.doubt.kind] ?? '存疑'}：${field.doubt.note}` : ''
}
