/**
 * Keeps what somebody types: one request at a time, each with the revision that the last one gave. What could not
 * be sent stays and is tried again, and lies in the tab's own memory meanwhile, so that a reload loses nothing.
 */
import { reactive } from 'vue'
import { Problem, tellProblem } from '@/api/client'
import type { DocumentChange, Value, Values } from '@/api/types'

/** What the server already has, what is on its way, what has to wait, and what a person has to settle. */
export type SavingState = 'rest' | 'waiting' | 'saving' | 'offline' | 'conflict' | 'failed'

const SAVE_AFTER_MS = 800
const TRY_AGAIN_MS = 5_000

/** The unsent part, in the tab's memory. */
export interface Kept {
  read: () => { revision: number; values: Values } | null
  write: (kept: { revision: number; values: Values } | null) => void
}

export function keepInTab(name: string): Kept {
  return {
    read: () => {
      try {
        return JSON.parse(sessionStorage.getItem(name) ?? 'null') as ReturnType<Kept['read']>
      } catch {
        return null
      }
    },
    write: (kept) => {
      try {
        if (kept) sessionStorage.setItem(name, JSON.stringify(kept))
        else sessionStorage.removeItem(name)
      } catch {
        // A full or forbidden memory only means that a reload before the next save loses the last words.
      }
    },
  }
}

export class Autosave {
  readonly shown = reactive({ state: 'rest' as SavingState, problem: '' })
  private unsent: Values = {}
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | null = null

  constructor(
    private readonly send: (change: DocumentChange) => Promise<{ revision: number }>,
    private revision: number,
    private readonly kept: Kept,
  ) {}

  /** What a former life of this page could not send; the answer to its last request may have got lost. */
  takeUp(): Values {
    const found = this.kept.read()
    if (!found || (found.revision !== this.revision && found.revision + 1 !== this.revision)) return {}
    for (const [key, value] of Object.entries(found.values)) this.change(key, value)
    return found.values
  }

  change(key: string, value: Value): void {
    this.unsent = { ...this.unsent, [key]: value }
    this.kept.write({ revision: this.revision, values: this.unsent })
    if (this.shown.state === 'conflict') return
    if (this.shown.state !== 'saving') this.shown.state = 'waiting'
    this.schedule(SAVE_AFTER_MS)
  }

  /** Save now; nothing is thrown, since the state tells what came of it. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    await this.running
    if (!Object.keys(this.unsent).length || this.shown.state === 'conflict') return
    await this.run(false).catch(() => undefined)
  }

  /** Hand the form in with all that is unsent, for a way out. Raises Problem, and then everything stays as typed. */
  async fill(outcome = ''): Promise<void> {
    clearTimeout(this.timer)
    await this.running
    await this.run(true, outcome)
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private run(fills: boolean, outcome = ''): Promise<void> {
    const running = this.request(fills, outcome).finally(() => {
      if (this.running === settled) this.running = null
    })
    const settled = running.catch(() => undefined)
    this.running = settled
    return running
  }

  private async request(fills: boolean, outcome: string): Promise<void> {
    const sent = this.unsent
    this.shown.state = 'saving'
    this.shown.problem = ''
    try {
      this.revision = (await this.send({ revision: this.revision, values: sent, fills, ...(outcome ? { outcome } : {}) })).revision
    } catch (thrown) {
      this.settle(thrown, fills)
      throw thrown
    }
    this.unsent = Object.fromEntries(Object.entries(this.unsent).filter(([key, value]) => sent[key] !== value))
    const rest = Object.keys(this.unsent).length > 0
    this.kept.write(rest ? { revision: this.revision, values: this.unsent } : null)
    this.shown.state = rest ? 'waiting' : 'rest'
    if (rest) this.schedule(SAVE_AFTER_MS)
  }

  private settle(thrown: unknown, fills: boolean): void {
    this.shown.problem = tellProblem(thrown)
    if (thrown instanceof Problem && thrown.code === 'document_changed') this.shown.state = 'conflict'
    else if (thrown instanceof Problem && thrown.isUncertain) {
      this.shown.state = 'offline'
      this.schedule(TRY_AGAIN_MS)
    } else if (fills) {
      // What is wrong stands at the fields; the words themselves can still be kept.
      this.shown.state = Object.keys(this.unsent).length ? 'waiting' : 'rest'
      if (this.shown.state === 'waiting') this.schedule(SAVE_AFTER_MS)
    } else this.shown.state = 'failed'
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), milliseconds)
  }
}

const WORDS: Record<SavingState, string> = {
  rest: '',
  waiting: '',
  saving: '正在存…',
  offline: '没有网络，恢复后自动存上',
  conflict: '这张表刚刚被别人改过',
  failed: '没有存上',
}

export function tellSaving(state: SavingState): string {
  return WORDS[state]
}
