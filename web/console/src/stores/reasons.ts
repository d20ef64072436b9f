import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { listReasons } from '@/api/lookups'
import type { FieldType, ReasonKind, ReturnReason } from '@/api/types'

export const useReasons = defineStore('reasons', () => {
  const items = reactive<Partial<Record<ReasonKind, ReturnReason[]>>>({})
  const asked = new Map<ReasonKind, Promise<void>>()

  /** Read the maintained reasons of a kind once; without them own words still do. */
  function load(kind: ReasonKind): Promise<void> {
    const asking =
      asked.get(kind) ??
      listReasons(kind).then(
        (page) => {
          items[kind] = page.items
        },
        () => {
          asked.delete(kind)
        },
      )
    asked.set(kind, asking)
    return asking
  }

  /** Reasons of a kind; those for a return by the type of a field, where one without types suits every field. */
  function listFor(kind: ReasonKind, type: FieldType | null = null): string[] {
    return (items[kind] ?? [])
      .filter((reason) => !type || !reason.field_types.length || reason.field_types.includes(type))
      .map((reason) => reason.text)
  }

  /** What was read is no longer what is kept. */
  function forget(kind: ReasonKind): void {
    asked.delete(kind)
  }

  return { items, load, listFor, forget }
})
