/** That the working calendar ends soon, for those who keep it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { getCalendarWarning } from '@/api/organisation'
import { useSession } from './session'

export const useCalendarWarning = defineStore('calendarWarning', () => {
  const warning = ref<string | null>(null)

  /** Ask again; without an answer what was known stays. */
  async function refresh(): Promise<void> {
    if (!useSession().has('calendar')) {
      warning.value = null
      return
    }
    try {
      warning.value = (await getCalendarWarning()).warning
    } catch {
      // It is told again in some hours, and on the calendar's own page.
    }
  }

  return { warning, refresh }
})
