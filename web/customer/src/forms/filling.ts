import { computed, reactive, ref } from 'vue'
import type { FileView, FormBody, FormField, Value, Values } from '@/api/types'
import { checkField, checkForm, type PlaceCheck } from './checks'
import { isAsked, listFields } from './visibility'

/** Files of one field that have not arrived: on their way up, failed, and a signature that was drawn and not kept. */
export interface Unsent {
  uploading: number
  failed: number
  drawn?: number
}

/**
 * A form while it is being filled in: its values, what is wrong, what is still on its way up. `checkPlace` knows
 * which places are served.
 */
export function useFilling(checkPlace?: PlaceCheck) {
  const values = ref<Values>({})
  const errors = ref<Record<string, string>>({})
  const files = ref<Record<string, FileView>>({})
  const unsent = reactive<Record<string, Unsent>>({})
  const uploadingCount = computed(() => Object.values(unsent).reduce((sum, one) => sum + one.uploading, 0))
  const failedCount = computed(() => Object.values(unsent).reduce((sum, one) => sum + one.failed, 0))

  function change(key: string, value: Value): void {
    values.value = { ...values.value, [key]: value }
    // A sentence goes as soon as it is mended, and comes only on leaving the field.
    if (errors.value[key]) setError(key, '')
  }

  function leave(form: FormBody, key: string): void {
    const field = listFields(form).find((one) => one.key === key)
    if (field && isAsked(field, values.value)) setError(key, checkField(field, values.value[key], checkPlace) ?? '')
  }

  function setError(key: string, sentence: string): void {
    errors.value = { ...errors.value, [key]: sentence }
  }

  /** Check everything; returns the first field that is wrong, in the order of the screen. */
  function findFirstWrong(form: FormBody, only?: ReadonlySet<string>): string | null {
    errors.value = checkForm(form, values.value, only, checkPlace)
    return Object.keys(errors.value)[0] ?? null
  }

  /** Take over what the server found wrong; returns the first of its fields on the screen. */
  function takeErrors(form: FormBody, found: Record<string, string>): string | null {
    const byField: Record<string, string> = {}
    // "values.contact_phone" and "address.door" both belong to a field of the form.
    for (const [path, sentence] of Object.entries(found)) {
      const parts = path.split('.')
      const key = parts[0] === 'values' ? parts[1] : parts[0]
      if (key) byField[key] ??= sentence
    }
    errors.value = byField
    return listFields(form).find((field) => byField[field.key])?.key ?? null
  }

  function addFile(file: FileView): void {
    files.value = { ...files.value, [file.file_key]: file }
  }

  function setPending(key: string, one: Unsent): void {
    unsent[key] = one
  }

  /** Why nothing can be handed in yet, or an empty text. What failed and need not come does not stand in the way. */
  function tellBlocked(fields: FormField[]): string {
    if (uploadingCount.value > 0) return '文件正在上传，传完就能提交'
    if (Object.values(unsent).some((one) => one.drawn)) return '签名写好了，请先点“签好了”，或者“擦掉重写”'
    const isMissing = (one: FormField): boolean => unsent[one.key]?.failed > 0 && checkField(one, values.value[one.key]) !== null
    return fields.some(isMissing) ? '有必须交的文件没传上，请重传或换一份' : ''
  }

  /** What the button says that hands in: without the files that failed, it says so. */
  function nameSubmit(plain: string): string {
    if (failedCount.value === 0) return plain
    return failedCount.value === 1 ? '不传这一份，直接提交' : `不传这 ${failedCount.value} 份，直接提交`
  }

  return { values, errors, files, change, leave, findFirstWrong, takeErrors, addFile, setPending, tellBlocked, nameSubmit }
}
