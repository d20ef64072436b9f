import { computed, ref, type Ref, type WritableComputedRef } from 'vue'

const SHOWN_FIRST = 3

/** The first of a list, until all of it is asked for; `least` says how many are never folded away. */
export function useFolded<T>(items: Ref<T[] | null>, least: (all: T[]) => number = () => 0): { shown: Ref<T[]>; isFolded: WritableComputedRef<boolean> } {
  const wantsAll = ref(false)
  const shown = computed(() => {
    const all = items.value ?? []
    return wantsAll.value ? all : all.slice(0, Math.max(SHOWN_FIRST, least(all)))
  })
  const isFolded = computed({
    get: () => shown.value.length < (items.value?.length ?? 0),
    set: (folded: boolean) => (wantsAll.value = !folded),
  })
  return { shown, isFolded }
}
