import { vi } from 'vitest'

export interface Sent {
  url: string
  method: string
  data?: string
  header: Record<string, string>
}

type Answer = { statusCode: number; data: unknown } | 'no_network'

/** Stand in for the device: storage in memory, and requests answered by `answer`. Returns what was sent. */
export function standInForDevice(answer: (sent: Sent) => Answer): { sent: Sent[]; storage: Map<string, unknown> } {
  const storage = new Map<string, unknown>()
  const sent: Sent[] = []
  vi.stubGlobal('uni', {
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => void storage.set(key, JSON.parse(JSON.stringify(value))),
    removeStorageSync: (key: string) => void storage.delete(key),
    getStorageInfoSync: () => ({ keys: [...storage.keys()] }),
    request: (options: Sent & { success: (answer: Answer) => void; fail: (fault: object) => void }) => {
      sent.push(options)
      const found = answer(options)
      queueMicrotask(() => (found === 'no_network' ? options.fail({}) : options.success(found)))
    },
  })
  return { sent, storage }
}
