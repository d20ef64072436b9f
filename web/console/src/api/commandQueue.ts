/**
 * The one way out for commands. Each waits its turn behind the earlier ones of the same case and keeps its
 * command_id over every repetition, so that an answer lost on the way never does the work twice. Working off
 * line can later be had by keeping `waiting` in a store and by more patience; callers need not change.
 */
import { Problem } from './client'
import type { CommandBody, StaffCaseView } from './types'

export type SendCommand = (caseNo: string, body: CommandBody) => Promise<StaffCaseView>
export type Pause = (milliseconds: number) => Promise<void>

export interface WaitingCommand {
  caseNo: string
  body: CommandBody
  attempts: number
}

export class CommandQueue {
  readonly waiting: WaitingCommand[] = []
  private readonly tails = new Map<string, Promise<unknown>>()

  /** `delays` (ms) says how often, and after how long, a command without an answer is sent again. */
  constructor(
    private readonly send: SendCommand,
    private readonly pause: Pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    private readonly delays: readonly number[] = [800, 2500],
  ) {}

  /** Send in turn and return the case afterwards. Raises Problem where the server refuses or stays silent. */
  submit(caseNo: string, body: CommandBody): Promise<StaffCaseView> {
    const entry: WaitingCommand = { caseNo, body, attempts: 0 }
    this.waiting.push(entry)
    const before = this.tails.get(caseNo) ?? Promise.resolve()
    const result = before.then(() => this.run(entry))
    const settled = result.then(
      () => undefined,
      () => undefined,
    )
    this.tails.set(caseNo, settled)
    void settled.then(() => {
      if (this.tails.get(caseNo) === settled) this.tails.delete(caseNo)
    })
    return result
  }

  private async run(entry: WaitingCommand): Promise<StaffCaseView> {
    try {
      for (;;) {
        try {
          entry.attempts += 1
          return await this.send(entry.caseNo, entry.body)
        } catch (thrown) {
          const delay = this.delays[entry.attempts - 1]
          if (!(thrown instanceof Problem) || !thrown.isUncertain || delay === undefined) throw thrown
          await this.pause(delay)
        }
      }
    } finally {
      this.waiting.splice(this.waiting.indexOf(entry), 1)
    }
  }
}
