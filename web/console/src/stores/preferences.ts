/** What a person set up for themselves, kept in this browser by account. Never names, phones or searches. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { DueFilter, NarrowFilter } from '@/api/cases'

export type ColumnKey =
  | 'time_left'
  | 'service'
  | 'customer'
  | 'place'
  | 'step'
  | 'marks'
  | 'case_no'
  | 'unit'
  | 'handler'
  | 'opened_at'
  | 'channel'

export interface SavedView {
  name: string
  queue: string
  service: string
  /** A view that was saved before there were these two has neither. */
  unit?: string
  due?: DueFilter
  narrow?: NarrowFilter
  sort: 'due' | 'newest'
}

/** Which list is shown. A post and a family of steps come from a board, with the words that say so. */
export interface ListFilters {
  queue: string
  service: string
  unit: string
  due: DueFilter
  narrow: NarrowFilter
  post: string
  postName: string
  family: string
  sort: 'due' | 'newest'
}

interface Kept extends ListFilters {
  columns: ColumnKey[]
  wideColumns: ColumnKey[]
  views: SavedView[]
  staysOnCase: boolean
  /** The day on which the end of the calendar is not to be told again. */
  calendarQuietOn: string
}

const FRESH: Kept = {
  queue: '',
  service: '',
  unit: '',
  due: '',
  narrow: '',
  post: '',
  postName: '',
  family: '',
  sort: 'due',
  columns: ['time_left', 'service', 'customer', 'place', 'marks'],
  wideColumns: ['time_left', 'service', 'customer', 'place', 'step', 'marks', 'unit', 'handler', 'opened_at', 'case_no'],
  views: [],
  staysOnCase: false,
  calendarQuietOn: '',
}

export const usePreferences = defineStore('preferences', () => {
  const kept = ref<Kept>({ ...FRESH })
  let place = ''

  function load(username: string): void {
    place = `console.preferences.${username}`
    try {
      kept.value = { ...FRESH, ...(JSON.parse(localStorage.getItem(place) ?? '{}') as Partial<Kept>) }
    } catch {
      kept.value = { ...FRESH }
    }
  }

  watch(
    kept,
    (value) => {
      if (!place) return
      try {
        localStorage.setItem(place, JSON.stringify(value))
      } catch {
        // A full or forbidden store costs only the memory of the choice.
      }
    },
    { deep: true },
  )

  return { kept, load }
})
