import { defineStore } from 'pinia'
import { ref } from 'vue'
import { listReturnReasons } from '@/api/lookups'
import type { FieldType, ReturnReason } from '@/api/types'

export const useReasons = defineStore('reasons', () => {
  const items = ref<ReturnReason[]>([])
  let asked: Promise<void> | null = null

  /** Read the maintained reasons once; without them own words still do. */
  function load(): Promise<void> {
    asked ??= listReturnReasons().then(
      (page) => {
        items.value = page.items
      },
      () => {
        asked = null
      },
    )
    return asked
  }

  /** Reasons for one type of field; those without a type suit every field. */
  function listFor(type: FieldType | null): string[] {
    return items.value
      .filter((reason) => !type || !reason.field_types.length || reason.field_types.includes(type))
      .map((reason) => reason.text)
  }

  return { items, load, listFor }
})
