/** One ticking moment for all that shows time left, so that a list of 500 rows has one timer. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useClock = defineStore('clock', () => {
  const now = ref(new Date())
  setInterval(() => {
    now.value = new Date()
  }, 15_000)
  return { now }
})
