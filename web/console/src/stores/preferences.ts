/** What a person set up for themselves, kept in this browser by account. Never names, phones or searches. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { DueFilter } from '@/api/cases'

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
  sort: 'due' | 'newest'
}

interface Kept {
  queue: string
  service: string
  unit: string
  due: DueFilter
  sort: 'due' | 'newest'
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
