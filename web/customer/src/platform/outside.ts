import { goTo } from './moving'

/** What a provider's check may need to know of the phone; `hasCamera`: WeChat itself can look at the face. */
export interface Device {
  inMiniProgram: boolean
  hasCamera: boolean
}

/** Where a check goes on: at a page of somebody else's, or with the ticket in WeChat's own camera. */
export interface Onward {
  url: string
  ticket: string
}

let providerPage = ''

/**
 * Lead to a page of somebody else's: in the browser in place of ours, in the mini-program within a page of ours. Where
 * WeChat's own camera looks, one stays where one is, and true says that it has ended: how, only the server can ask.
 */
export async function goToProvider(open: (device: Device) => Promise<Onward>): Promise<boolean> {
  // #ifdef H5
  window.location.href = (await open({ inMiniProgram: false, hasCamera: false })).url
  return false
  // #endif
  // #ifndef H5
  const onward = await open({ inMiniProgram: true, hasCamera: wx.canIUse('requestFacialVerify') })
  if (onward.ticket) {
    // Cancelled, refused or passed: the client's word of it proves nothing.
    await new Promise<void>((resolve) => wx.requestFacialVerify({ verifyId: onward.ticket, complete: () => resolve() }))
    return true
  }
  providerPage = onward.url
  goTo('identity-face')
  return false
  // #endif
}

/** The address that the next page shows; it stands in no address of ours, since it opens the check. */
export function takeProviderPage(): string {
  const page = providerPage
  providerPage = ''
  return page
}
