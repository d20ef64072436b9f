/** One ticking moment for all that shows time left or the day: a list of 500 rows has one timer, and a page that
 * stays open over midnight knows that it is tomorrow. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { toDay } from '@/domain/dates'

export const useClock = defineStore('clock', () => {
  const now = ref(new Date())
  setInterval(() => {
    now.value = new Date()
  }, 15_000)
  const today = computed(() => toDay(now.value))
  return { now, today }
})
