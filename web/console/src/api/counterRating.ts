/** The rating at the counter: staff open it from a case, and the device before the customer gives it. */
import { request } from './client'
import type { CounterRating, RatingInvitation, RatingWish } from './types'

/** Nobody is signed in on that device: the token says what may be rated there. */
const DEVICE_ROOT = '/api/v1/counter-ratings'

export const inviteToRate = (caseNo: string) =>
  request<RatingInvitation>('POST', `/cases/${encodeURIComponent(caseNo)}/rating-invitation`)
export const openRating = (token: string, device: string) =>
  request<CounterRating>('POST', '/open', { token, device }, DEVICE_ROOT)
export const giveRating = (token: string, device: string, commandId: string, rating: RatingWish) =>
  request<void>('POST', '', { token, device, command_id: commandId, rating }, DEVICE_ROOT)
