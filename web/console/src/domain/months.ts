/** A year as twelve months of weeks, Monday first, joined with what the working calendar knows. */
import type { CalendarDay } from '@/api/types'

export interface DayCell {
  date: string
  number: number
  /** null: the calendar does not know this day yet. */
  isWorking: boolean | null
  note: string
  /** A working weekend or a free weekday: what 调休 and holidays make of it. */
  isUnusual: boolean
}

export interface Month {
  number: number
  name: string
  /** Empty cells before the first day, 0..6. */
  offset: number
  days: DayCell[]
}

const pad = (value: number) => String(value).padStart(2, '0')

export function makeMonths(year: number, known: readonly CalendarDay[]): Month[] {
  const byDate = new Map(known.map((day) => [day.date, day]))
  return Array.from({ length: 12 }, (_, index) => {
    const count = new Date(Date.UTC(year, index + 1, 0)).getUTCDate()
    const weekdayOf = (number: number) => (new Date(Date.UTC(year, index, number)).getUTCDay() + 6) % 7
    const days = Array.from({ length: count }, (_, at) => {
      const date = `${year}-${pad(index + 1)}-${pad(at + 1)}`
      const day = byDate.get(date)
      const isWeekend = weekdayOf(at + 1) > 4
      return {
        date,
        number: at + 1,
        isWorking: day && !day.is_guess ? day.is_working : null,
        note: day?.note ?? '',
        isUnusual: day && !day.is_guess ? day.is_working === isWeekend : false,
      }
    })
    return { number: index + 1, name: `${index + 1}月`, offset: weekdayOf(1), days }
  })
}

/** The date `by` days away, kept within the year. */
export function moveDay(date: string, by: number): string {
  const moved = new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10)
  return moved.slice(0, 4) === date.slice(0, 4) ? moved : date
}
