import { computed, reactive, ref } from 'vue'
import type { FileView, FormBody, Value, Values } from '@/api/types'
import { checkField, checkForm } from './checks'
import { isAsked, listFields } from './visibility'

/** A form while it is being filled in: its values, what is wrong, what is still on its way up. */
export function useFilling() {
  const values = ref<Values>({})
  const errors = ref<Record<string, string>>({})
  const files = ref<Record<string, FileView>>({})
  const pending = reactive<Record<string, number>>({})
  const pendingCount = computed(() => Object.values(pending).reduce((sum, count) => sum + count, 0))

  function change(key: string, value: Value): void {
    values.value = { ...values.value, [key]: value }
    // A sentence goes as soon as it is mended, and comes only on leaving the field.
    if (errors.value[key]) setError(key, '')
  }

  function leave(form: FormBody, key: string): void {
    const field = listFields(form).find((one) => one.key === key)
    if (field && isAsked(field, values.value)) setError(key, checkField(field, values.value[key]) ?? '')
  }

  function setError(key: string, sentence: string): void {
    errors.value = { ...errors.value, [key]: sentence }
  }

  /** Check everything; returns the first field that is wrong, in the order of the screen. */
  function findFirstWrong(form: FormBody, only?: ReadonlySet<string>): string | null {
    errors.value = checkForm(form, values.value, only)
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

  function setPending(key: string, count: number): void {
    pending[key] = count
  }

  return { values, errors, files, pendingCount, change, leave, findFirstWrong, takeErrors, addFile, setPending }
}
