/** The socket only says "look again" (topic, seq); whoever hears it asks the API. Polling goes on beside it. */
import { request } from './client'
import type { SocketFrame } from './types'

type Hear = (topic: string) => void

const STAFF_TOPICS = ['alarm', 'queue:all']

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 60_000

/** Close what nobody listens to; one that is still opening is closed once it stands, or the browser calls it an error. */
function leave(socket: WebSocket): void {
  socket.onmessage = socket.onclose = null
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close()
  else socket.close()
}

export class HintSocket {
  private socket: WebSocket | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private wait = FIRST_WAIT_MS
  private open = false
  /** Counts the starts, so that a ticket that was asked for before a stop opens nothing after the next start. */
  private turn = 0
  private readonly hearers = new Set<Hear>()
  private caseTopics: readonly string[] = []

  /** Hear every hint; returns the way to stop hearing. */
  listen(hear: Hear): () => void {
    this.hearers.add(hear)
    return () => this.hearers.delete(hear)
  }

  /** Hear of these cases too, and no longer of those before. */
  watchCases(caseNos: readonly string[]): void {
    const known = this.caseTopics
    this.caseTopics = [...new Set(caseNos)].map((caseNo) => `case:${caseNo}`)
    const added = this.caseTopics.filter((topic) => !known.includes(topic))
    if (added.length && this.socket?.readyState === WebSocket.OPEN) this.tell(added)
  }

  /** True where a hint is about one of the cases that are watched now; the server tells of earlier ones as well. */
  isOfCase(topic: string): boolean {
    return this.caseTopics.includes(topic)
  }

  start(): void {
    if (this.open) return
    this.open = true
    this.turn += 1
    void this.connect()
  }

  stop(): void {
    this.open = false
    clearTimeout(this.timer)
    if (this.socket) leave(this.socket)
    this.socket = null
  }

  private async connect(): Promise<void> {
    const { turn } = this
    try {
      const { ticket } = await request<{ ticket: string; expires_in: number }>('POST', '/realtime/tickets')
      if (!this.open || turn !== this.turn) return
      const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
      const socket = new WebSocket(`${scheme}://${location.host}/ws/v1?ticket=${encodeURIComponent(ticket)}`)
      this.socket = socket
      socket.onopen = () => {
        this.wait = FIRST_WAIT_MS
        this.tell([...STAFF_TOPICS, ...this.caseTopics])
      }
      socket.onmessage = (event) => this.spread(String(event.data))
      socket.onclose = () => this.retryLater()
    } catch {
      if (turn === this.turn) this.retryLater()
    }
  }

  private tell(topics: string[]): void {
    this.socket?.send(JSON.stringify({ watch: topics }))
  }

  private spread(text: string): void {
    let frame: Partial<SocketFrame>
    try {
      frame = JSON.parse(text) as Partial<SocketFrame>
    } catch {
      return
    }
    if (typeof frame.topic !== 'string') return
    for (const hear of this.hearers) hear(frame.topic)
  }

  private retryLater(): void {
    if (!this.open) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.connect(), this.wait)
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS)
  }
}

export const hints = new HintSocket()
