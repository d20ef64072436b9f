import { fetchMessageTemplates, saveMessagePermissions, type PermissionAnswer } from '@/api/messages'

/** WeChat asks for at most three templates at a time. */
const AT_ONCE = 3
const ANSWERS: Record<string, PermissionAnswer> = { accept: 'accept', acceptWithAudio: 'accept', reject: 'reject', ban: 'ban', filter: 'ban' }

let templateIds: string[] = []

/** Have the templates at hand before the tap: WeChat only asks straight from one. Does nothing in the browser. */
export async function prepareSubscribing(): Promise<void> {
  // #ifdef MP-WEIXIN
  if (templateIds.length > 0) return
  const found = await fetchMessageTemplates().catch(() => ({ items: [] }))
  templateIds = found.items.slice(0, AT_ONCE).map((one) => one.template_id)
  // #endif
}

/** Ask for leave to send messages, keep the answers, and go on whatever they are. */
export function askToSubscribe(): Promise<void> {
  return new Promise((resolve) => {
    // #ifdef MP-WEIXIN
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
    resolve()
    // #endif
  })
}
