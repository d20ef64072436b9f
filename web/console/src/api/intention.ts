/**
 * One intention of a person, from opening a dialog to the final answer. The same words said again carry the
 * same command_id; other words are another intention, since the server refuses an id that changes its body.
 */
import type { CommandBody, CommandDetails } from './types'

export type MakeId = () => string

/** A random UUID also where the page is not in a secure context (plain HTTP on a test network). */
export const makeUuid: MakeId = () => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export class Intention {
  private said = ''
  private id = ''

  constructor(private readonly makeId: MakeId = makeUuid) {}

  /** The id of these words: a new one only where they differ from the last ones. */
  idFor(words: string): string {
    if (words !== this.said) {
      this.said = words
      this.id = this.makeId()
    }
    return this.id
  }

  /** The full body for these words: a new command_id only where they differ from the last ones. */
  phrase(expectedVersion: number, details: CommandDetails): CommandBody {
    const id = this.idFor(JSON.stringify([expectedVersion, details]))
    return { command_id: id, expected_version: expectedVersion, ...details }
  }
}
