import { call } from './http'
import type { Device, Onward } from '@/platform/outside'
import type { IdentityView } from './types'

const path = (caseNo: string) => `/cases/${caseNo}/identity`

export const fetchIdentity = (caseNo: string) => call<IdentityView>('GET', path(caseNo))

/** Open a face check on this device; returns where it goes on: a page, or WeChat's own camera. Throws Problem. */
export const beginFaceCheck = (caseNo: string, name: string, idNumber: string | null, device: Device) =>
  call<Onward>('POST', `${path(caseNo)}/checks`, { name, id_number: idNumber, in_mini_program: device.inMiniProgram, has_camera: device.hasCamera })

/** Have the server ask the provider how the check ended; asking twice does no harm. Throws Problem. */
export const fetchFaceResult = (caseNo: string, check: string | null) => call<IdentityView>('POST', `${path(caseNo)}/result`, { check })

export const declineFaceCheck = (caseNo: string) => call<IdentityView>('POST', `${path(caseNo)}/refusal`)

/**
 * How the proof stands, after the provider was asked where that may tell more: one came back from its page, or a check is
 * under way. Which check it was is only known to who just came back.
 */
export async function catchUpIdentity(caseNo: string, check: string | null): Promise<IdentityView> {
  if (check) return fetchFaceResult(caseNo, check)
  const known = await fetchIdentity(caseNo)
  return known.status === 'checking' ? fetchFaceResult(caseNo, null) : known
}
