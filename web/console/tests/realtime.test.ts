import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { HintSocket } from '@/api/realtime'
import { request } from '@/api/client'

vi.mock('@/api/client', () => ({ request: vi.fn() }))

/** A socket of the browser, opened by hand; it complains as Chromium does. */
class Socket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static made: Socket[] = []
  readyState = Socket.CONNECTING
  wasCutShort = false
  sent: string[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  constructor() {
    Socket.made.push(this)
  }
  stand(): void {
    this.readyState = Socket.OPEN
    this.onopen?.()
  }
  send(text: string): void {
    this.sent.push(text)
  }
  close(): void {
    this.wasCutShort ||= this.readyState === Socket.CONNECTING
    this.readyState = 3
    this.onclose?.()
  }
}

let answers: ((ticket: { ticket: string }) => void)[]
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Socket)
  vi.stubGlobal('location', { protocol: 'http:', host: 'hall' })
  Socket.made = []
  answers = []
  vi.mocked(request).mockImplementation(() => new Promise((answer) => answers.push(answer as never)))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const settle = () => vi.advanceTimersByTimeAsync(0)

it('closes a socket that was left while it opened only once it stands', async () => {
  const hints = new HintSocket()
  hints.start()
  answers[0]!({ ticket: 'a' })
  await settle()
  const [socket] = Socket.made
  hints.stop()
  expect(socket!.readyState).toBe(Socket.CONNECTING)
  socket!.stand()
  expect(socket!.readyState).toBe(3)
  expect([socket!.wasCutShort, socket!.sent]).toEqual([false, []])
})

it('closes an open socket at once, and comes back for none that it closed itself', async () => {
  const hints = new HintSocket()
  hints.start()
  answers[0]!({ ticket: 'a' })
  await settle()
  Socket.made[0]!.stand()
  hints.stop()
  expect(Socket.made[0]!.readyState).toBe(3)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(answers).toHaveLength(1)
})

it('opens one socket for a start that follows a stop, whenever the first ticket comes', async () => {
  const hints = new HintSocket()
  hints.start()
  hints.stop()
  hints.start()
  for (const answer of answers) answer({ ticket: 'a' })
  await settle()
  expect(Socket.made).toHaveLength(1)
})

it('comes back after the line was lost', async () => {
  const hints = new HintSocket()
  hints.start()
  answers[0]!({ ticket: 'a' })
  await settle()
  Socket.made[0]!.stand()
  Socket.made[0]!.close()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(answers).toHaveLength(2)
})
