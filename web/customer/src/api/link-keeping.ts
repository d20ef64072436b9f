const LINK_KEY = 'hall.case_link'
const DEVICE_KEY = 'hall.device'
const SECRET_BYTES = 32

interface KeptLink {
  token: string
  device: string
}

/** The link by which this device is looking at a case, until the customer goes home or signs in. */
export function readLink(): KeptLink | null {
  const stored = uni.getStorageSync(LINK_KEY) as KeptLink | ''
  return stored && stored.token ? stored : null
}

export function keepLink(link: KeptLink): void {
  uni.setStorageSync(LINK_KEY, link)
}

/** Look at cases as oneself again. The secret stays, so that the link in the message still opens here. */
export function leaveLink(): void {
  uni.removeStorageSync(LINK_KEY)
}

/** What a link brings along in place of an access token, or null. */
export function linkBearer(): string | null {
  const link = readLink()
  return link && `link.${link.token}.${link.device}`
}

/** A secret of this device, made once: the server binds a link to it, and an answer that got lost can be asked again. */
export function makeDeviceSecret(): string {
  const kept = uni.getStorageSync(DEVICE_KEY) as string
  if (kept) return kept
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
  const made = Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')
  uni.setStorageSync(DEVICE_KEY, made)
  return made
}
