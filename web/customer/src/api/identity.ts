import { call } from './http'
import type { IdentityView } from './types'

const path = (caseNo: string) => `/cases/${caseNo}/identity`

export const fetchIdentity = (caseNo: string) => call<IdentityView>('GET', path(caseNo))

/** Open a face check; returns the address of the provider's page. Throws Problem. */
export const beginFaceCheck = (caseNo: string, name: string, idNumber: string | null, inMiniProgram: boolean) =>
  call<{ url: string }>('POST', `${path(caseNo)}/checks`, { name, id_number: idNumber, in_mini_program: inMiniProgram })

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
