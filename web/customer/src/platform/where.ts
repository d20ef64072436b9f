/** Whether this is WeChat's own browser, where the official account can say who the customer is. */
export function isInWechatBrowser(): boolean {
  let found = false
  // #ifdef H5
  found = /MicroMessenger/i.test(navigator.userAgent)
  // #endif
  return found
}

/**
 * What WeChat's page sends along when it brings the customer back: it stands before the `#` of the address, where no
 * screen's own query is. Taken out once, so that going back or reloading does not use it a second time.
 */
export function takeAuthorisation(): { code: string; state: string } | null {
  let found: { code: string; state: string } | null = null
  // #ifdef H5
  const given = new URLSearchParams(window.location.search)
  const code = given.get('code')
  const state = given.get('state')
  if (code && state) {
    found = { code, state }
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.hash)
  }
  // #endif
  return found
}
