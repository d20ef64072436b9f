import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { setCsrfToken } from '@/api/client'
import * as api from '@/api/session'
import type { Me, Part } from '@/api/organisation'
import { dropDraft } from '@/domain/newCase'
import { dropVisits } from '@/domain/visitDrafts'

const WAS_HERE = 'console.was_here'
// Whose own visits there are to make: the post that has the queue of one's own cases.
const HANDLER = 'case_handler'

/** Whether this browser had somebody signed in: a first visit need not ask the server and be refused. */
function wasHere(): boolean {
  try {
    return localStorage.getItem(WAS_HERE) !== null
  } catch {
    return true
  }
}

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)
  // Whether the server insists, which in demonstration mode it does not: its refusal says so, not the flag.
  const mustChange = ref(false)

  function hold(signedIn: Me | null): void {
    me.value = signedIn
    mustChange.value = false
    setCsrfToken(signedIn?.csrf_token ?? '')
    if (signedIn) dropVisits(signedIn.username)
    try {
      if (signedIn) localStorage.setItem(WAS_HERE, '1')
      else localStorage.removeItem(WAS_HERE)
    } catch {
      // Then each visit asks the server.
    }
  }

  /** Ask once whether the cookie of an earlier visit still holds. Raises Problem only without an answer. */
  async function recall(): Promise<void> {
    if (asked.value) return
    if (!wasHere()) {
      asked.value = true
      return
    }
    try {
      hold(await api.getSession())
    } finally {
      asked.value = true
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    hold(await api.signIn(username, password))
    asked.value = true
  }

  async function signOut(): Promise<void> {
    try {
      await api.signOut()
    } finally {
      // Whoever sits down here next does not find whom this one was writing down.
      dropDraft()
      dropVisits()
      hold(null)
    }
  }

  async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
    await api.changePassword(oldPassword, newPassword)
    hold(await api.getSession())
  }

  const isHandler = computed(() => Boolean(me.value?.positions.includes(HANDLER)))
  const isFieldOnly = computed(() => isHandler.value && me.value!.positions.every((position) => position === HANDLER))

  /** Ask again who one is, after something about oneself has changed. */
  async function renew(): Promise<void> {
    const who = me.value?.username
    const found = await api.getSession()
    // Whoever signed out meanwhile stays signed out.
    if (who && me.value?.username === who) hold(found)
  }

  /** Who keeps the people of a unit and not those of the whole centre: they send somebody first. */
  const isLead = computed(() => Boolean(me.value?.parts.includes('unit_people') && !me.value.parts.includes('organisation')))

  /** Whether one has one of these parts of the console; the server decides in any case. */
  const has = (...parts: Part[]) => parts.some((part) => me.value?.parts.includes(part))

  return { me, asked, mustChange, isHandler, isFieldOnly, isLead, hold, recall, signIn, signOut, changePassword, renew, has }
})
