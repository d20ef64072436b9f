import { ref, type Ref } from 'vue'
import { deleteDraft, fetchDraft, saveDraft } from '@/api/services'
import { useSession } from '@/stores/session'
import type { useFilling } from './filling'
import { dropLocalDraft, keepLocalDraft, readLocalDraft } from './local-drafts'
import { isBlank } from './visibility'

const LOCAL_WAIT_MS = 300
const SERVER_WAIT_MS = 1500

/**
 * Keeps what is being filled in without being asked: on this device at once, on the server a moment later, and then
 * no longer on the device.
 */
export function useDraft(service: Ref<string>, filling: ReturnType<typeof useFilling>, formVersion: () => number) {
  const session = useSession()
  /** When the draft that was taken up again had been saved (ISO), or empty. */
  const resumedAt = ref('')
  const state = ref<'none' | 'local' | 'saved'>('none')
  let localTimer: ReturnType<typeof setTimeout> | undefined
  let serverTimer: ReturnType<typeof setTimeout> | undefined
  let edits = 0
  let keptEdits = 0
  let isDone = false

  /** Something was changed. */
  function touch(): void {
    edits += 1
    isDone = false
    clearTimeout(localTimer)
    clearTimeout(serverTimer)
    localTimer = setTimeout(keepHere, LOCAL_WAIT_MS)
    serverTimer = setTimeout(() => void keepThere(), SERVER_WAIT_MS)
  }

  function keepHere(): void {
    keptEdits = edits
    keepLocalDraft(service.value, {
      form_version: formVersion(),
      values: filling.values.value,
      files: filling.files.value,
      saved_at: Date.now(),
    })
    state.value = 'local'
  }

  async function keepThere(): Promise<void> {
    if (!session.isSignedIn) return
    const saved = edits
    try {
      await saveDraft(service.value, formVersion(), withoutBlanks())
      // Typed on meanwhile, or handed in: the copy here is then the newer one, or already gone.
      if (saved !== edits || isDone) return
      dropLocalDraft(service.value)
      state.value = 'saved'
    } catch {
      // It stays on this device; the next change tries again.
    }
  }

  function withoutBlanks() {
    return Object.fromEntries(Object.entries(filling.values.value).filter(([, value]) => !isBlank(value)))
  }

  /** Take up what was left unfinished: from this device, else from the server. */
  async function resume(): Promise<void> {
    const here = readLocalDraft(service.value)
    if (here) {
      filling.values.value = here.values
      filling.files.value = here.files
      resumedAt.value = new Date(here.saved_at).toISOString()
    }
    if (!session.isSignedIn) return
    const begun = edits
    const there = await fetchDraft(service.value).catch(() => null)
    if (!there || edits !== begun) return
    // The addresses of files run out, so those are taken anew in any case.
    filling.files.value = { ...filling.files.value, ...there.files }
    if (here && here.saved_at >= new Date(there.saved_at).getTime()) return
    filling.values.value = there.values
    resumedAt.value = there.saved_at
    dropLocalDraft(service.value)
  }

  /** The screen is being left: nothing typed may be lost. */
  function flush(): void {
    clearTimeout(localTimer)
    clearTimeout(serverTimer)
    if (isDone || (keptEdits === edits && state.value !== 'local')) return
    keepHere()
    void keepThere()
  }

  /** Handed in or thrown away. */
  async function discard(): Promise<void> {
    isDone = true
    edits += 1
    clearTimeout(localTimer)
    clearTimeout(serverTimer)
    dropLocalDraft(service.value)
    resumedAt.value = ''
    state.value = 'none'
    if (session.isSignedIn) await deleteDraft(service.value).catch(() => undefined)
  }

  return { resumedAt, state, touch, resume, flush, discard }
}
