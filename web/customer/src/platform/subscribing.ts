import { fetchMessageTemplates, saveMessagePermissions, type MessageTemplate, type PermissionAnswer } from '@/api/messages'

/** WeChat asks for at most three templates at a time. */
const AT_ONCE = 3
const ANSWERS: Record<string, PermissionAnswer> = { accept: 'accept', acceptWithAudio: 'accept', reject: 'reject', ban: 'ban', filter: 'ban' }

let templates: MessageTemplate[] = []

/** What the messages are about that come next; each tap asks for the ones that its own step leads to. */
export type Purpose = 'progress' | 'correction' | 'visit' | 'rating'

/** Have the templates at hand before the tap: WeChat only asks straight from one. Does nothing in the browser. */
export async function prepareSubscribing(): Promise<void> {
  // #ifdef MP-WEIXIN
  if (templates.length > 0) return
  const found = await fetchMessageTemplates().catch(() => ({ items: [] }))
  templates = found.items
  // #endif
}

/** Ask for leave to send messages, keep the answers, and go on whatever they are. */
export function askToSubscribe(purposes: Purpose[]): Promise<void> {
  return new Promise((resolve) => {
    // #ifdef MP-WEIXIN
    const wanted = templates.filter((one) => (purposes as string[]).includes(one.purpose)).slice(0, AT_ONCE)
    const templateIds = wanted.map((one) => one.template_id)
    if (templateIds.length === 0) return resolve()
    wx.requestSubscribeMessage({
      tmplIds: templateIds,
      success: (answered) => {
        const answers: Record<string, PermissionAnswer> = {}
        for (const id of templateIds) if (ANSWERS[answered[id]]) answers[id] = ANSWERS[answered[id]]
        // Losing an answer only means one message by SMS; it must not hold up what the customer came for.
        if (Object.keys(answers).length > 0) saveMessagePermissions(answers).catch(() => undefined)
        resolve()
      },
      fail: () => resolve(),
    })
    // #endif
    // #ifdef H5
    void purposes
    resolve()
    // #endif
  })
}
