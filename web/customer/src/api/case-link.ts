import { callOpenly } from './http'
import { keepLink, makeDeviceSecret } from './link-keeping'

/** Open the link of a text message on this device; returns the case's number. Throws Problem. */
export async function openLink(token: string): Promise<string> {
  const device = makeDeviceSecret()
  const { case_no } = await callOpenly<{ case_no: string }>('POST', '/case-links/open', { token, device })
  keepLink({ token, device })
  return case_no
}

/** Have a new link sent to the same phone. Throws Problem. */
export const sendLinkAgain = (token: string) => callOpenly<void>('POST', '/case-links/resend', { token })
