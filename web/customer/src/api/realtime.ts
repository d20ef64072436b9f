import { call } from './http'
import { readLink } from './link-keeping'

const POLL_MS = 20_000
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 60_000

/** The socket's address: same host as the page, or as the API. */
function socketUrl(ticket: string): string {
  let origin = __API_ORIGIN__
  // #ifdef H5
  origin = origin || window.location.origin
  // #endif
  return `${origin.replace(/^http/, 'ws')}/ws/v1?ticket=${encodeURIComponent(ticket)}`
}

/**
 * Call `look` whenever something on one of `topics` may have changed: on a hint of the socket, and every 20 s all
 * the same, since a hint is only a hint. Returns what ends it.
 */
export function watchTopics(topics: string[], look: () => void): () => void {
  let hasEnded = false
  let isOpen = false
  let wait = FIRST_WAIT_MS
  let retry: ReturnType<typeof setTimeout> | undefined
  let socket: UniApp.SocketTask | null = null
  const poll = setInterval(look, POLL_MS)

  async function open(): Promise<void> {
    // The socket is for accounts; whoever came by a link looks every now and then.
    if (readLink()) return
    try {
      const { ticket } = await call<{ ticket: string }>('POST', '/realtime/tickets')
      if (hasEnded) return
      socket = uni.connectSocket({ url: socketUrl(ticket), complete: () => undefined })
      socket.onOpen(() => {
        // A socket that was left while it opened is closed only now: closing it earlier counts as an error in browsers.
        if (hasEnded) return socket?.close({})
        isOpen = true
        wait = FIRST_WAIT_MS
        socket?.send({ data: JSON.stringify({ watch: topics }) })
      })
      socket.onMessage(({ data }) => {
        if (typeof data === 'string' && topics.some((topic) => data.includes(`"${topic}"`))) look()
      })
      socket.onClose(() => reopen())
    } catch {
      reopen()
    }
  }

  function reopen(): void {
    isOpen = false
    if (hasEnded) return
    clearTimeout(retry)
    retry = setTimeout(open, wait)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }

  void open()
  return () => {
    hasEnded = true
    clearInterval(poll)
    clearTimeout(retry)
    if (isOpen) socket?.close({})
  }
}
