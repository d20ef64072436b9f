/** Whether this is WeChat's own browser, where the official account can say who the customer is. */
export function isInWechatBrowser(): boolean {
  let found = false
  // #ifdef H5
  found = /MicroMessenger/i.test(navigator.userAgent)
  // #endif
  return found
}
