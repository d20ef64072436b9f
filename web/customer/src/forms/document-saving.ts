import { ref } from 'vue'
import { saveDocument } from '@/api/cases'
import { asProblem, type Problem } from '@/api/problem'
import type { Value, Values } from '@/api/types'
import { dropLocalDraft, keepLocalDraft, readLocalDraft } from './local-drafts'

const SERVER_WAIT_MS = 1500
/** The last save of each document, also of a screen that was left while it was on its way. */
const underWay = new Map<string, Promise<unknown>>()
const nameDraft = (no: string, task: number): string => `document:${no}:${task}`

/**
 * Wait for what a screen left behind on its way to the server. Whoever comes back at once would begin with the revision
 * from before it, be refused for it, and lose what they add.
 */
export async function whenSaved(no: string, task: number): Promise<void> {
  await underWay.get(nameDraft(no, task))
}

/**
 * Keeps what is filled into a form of a case: on this device at once, on the server a moment later. One request at a
 * time, each with the revision that the last one gave.
 */
export function useDocumentSaving(name: () => { no: string; task: number }) {
  const state = ref<'none' | 'local' | 'saved'>('none')
  let revision = 0
  let unsent: Values = {}
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<Problem | null> = Promise.resolve(null)
  const draftName = (): string => nameDraft(name().no, name().task)

  /** Begin with the server's revision; returns what this device could not send before. */
  function begin(known: number): Values {
    revision = known
    const here = readLocalDraft(draftName())
    // The answer to the last request may have got lost; what is older than that would undo another's work.
    const isFresh = here !== null && known - here.form_version <= 1
    unsent = isFresh ? here.values : {}
    if (!isFresh) dropLocalDraft(draftName())
    return unsent
  }

  function change(key: string, value: Value): void {
    unsent = { ...unsent, [key]: value }
    keepHere()
    clearTimeout(timer)
    timer = setTimeout(() => void save(), SERVER_WAIT_MS)
  }

  function keepHere(): void {
    keepLocalDraft(draftName(), { form_version: revision, values: unsent, files: {}, saved_at: Date.now() })
    state.value = 'local'
  }

  /** Send what is unsent; with `fills` hand the form in. Returns what went wrong. */
  function save(fills = false): Promise<Problem | null> {
    clearTimeout(timer)
    running = running.then(() => send(fills))
    underWay.set(draftName(), running)
    return running
  }

  async function send(fills: boolean): Promise<Problem | null> {
    const sent = unsent
    if (!fills && Object.keys(sent).length === 0) return null
    const { no, task } = name()
    try {
      revision = (await saveDocument(no, task, { revision, values: sent, fills })).revision
    } catch (thrown) {
      // It stays on this device; the next change tries again.
      return asProblem(thrown)
    }
    unsent = Object.fromEntries(Object.entries(unsent).filter(([key, value]) => sent[key] !== value))
    if (Object.keys(unsent).length) keepHere()
    else {
      dropLocalDraft(draftName())
      state.value = 'saved'
    }
    return null
  }

  return { state, begin, change, save }
}
