import type { Address, AlarmState } from '@/api/types'

type Told = AlarmState['state']

/** Known without any network, and word for word what the server says (`backend/cases/alarm_advice.py`). */
export const FIRST_STEPS = [
  '马上关闭燃气阀门（能关到再关）',
  '打开门窗通风',
  '不要开关任何电器，不要点火，不要在屋里打电话',
  '带上家人离开，到室外空旷的地方',
  '到了室外再拨打客服热线',
  '漏气严重、着火或有人受伤，离开后拨打：火警 119、报警 110、急救 120',
]

/** What whoever reported an alarm reads; nobody is said to be on the way before somebody is. */
export const ALARM_TOLD: Record<Told, { title: string; text: string }> = {
  received: { title: '报警已收到', text: '我们马上给您打电话，请接听。' },
  dispatched: { title: '已转抢修单位', text: '抢修人员马上与您联系，请接电话。' },
  assigned: { title: '抢修人员已安排', text: '抢修人员会尽快赶到，请接电话。' },
  handled: { title: '现场已处置', text: '能不能进屋、能不能用气，请听抢修人员的。' },
  ended: { title: '这次报警已办结', text: '再闻到燃气味，请马上再报。' },
}

/** Whether there is still something to keep away from, and somebody to wait for. */
export function isUnderWay(state: Told): boolean {
  return state === 'received' || state === 'dispatched' || state === 'assigned'
}

/** As much of the address as was chosen, or null where nothing was: a street alone helps to find the place, too. */
export function givenAddress(address: Address | null): Address | null {
  const isGiven = address !== null && Object.values(address).some((part) => (typeof part === 'string' ? part.trim() !== '' : part !== null))
  return isGiven ? address : null
}

/** The words of an alarm that is sent once more since its phone was wrong: who reads both must know them as one. */
export function correctedWords(caseNo: string, words: string): string {
  return `更正电话，与报警${caseNo}是同一处。${words}`
}

/** "138 1234 0003", so that a wrong digit is seen. */
export function spacePhone(phone: string): string {
  return /^1\d{10}$/.test(phone) ? `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}` : phone
}

/** What is wrong with a phone given for an alarm, or ''. A fixed line will do as well; the server knows more. */
export function tellWrongPhone(typed: string): string {
  const phone = typed.replace(/[\s-]/g, '')
  // A mobile number with a digit too few is the one mistake by which nobody is reached at all.
  if (/^1[3-9]/.test(phone) && phone.length !== 11) return `手机号是11位，现在是${phone.length}位`
  return /^\+?\d{7,18}$/.test(phone) ? '' : '请填一个能打通的电话'
}
