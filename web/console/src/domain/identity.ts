import type { CaseIdentityView, IdentityWord } from '@/api/types'
import { tellMoment } from './dates'

export const WAYS: Record<IdentityWord['way'], string> = { id_card: '看过身份证', record: '和客户档案比对一致' }
export const PLACES: Record<IdentityWord['place'], string> = { counter: '客户在营业厅', field: '客户在上门现场', centre: '客户不在现场（电话或网上）' }
const CHECKS: Record<CaseIdentityView['checks'][number]['state'], string> = {
  begun: '客户打开了刷脸，还没有结果',
  passed: '刷脸通过',
  failed: '刷脸没有通过',
  refused: '刷脸结果不是本人的，没有采用',
  expired: '刷脸过了时间没有完成',
  declined: '客户不方便刷脸，请人核对',
}

/**
 * Where the customer is, as far as that is known: one place leaves no choice, and whoever has said that they arrived
 * stands before the customer. Anybody else chooses it each time.
 */
export function choosePlace(places: readonly IdentityWord['place'][], isThere: boolean): IdentityWord['place'] {
  if (isThere && places.includes('field')) return 'field'
  return (places.length === 1 ? places[0] : undefined) ?? ('' as IdentityWord['place'])
}

/** Who is not there shows no card: what was seen is the photo that came with the application. */
export const tellWay = (way: IdentityWord['way'], place: string): string =>
  way === 'id_card' && place === 'centre' ? '看过客户传的身份证照片' : WAYS[way]

/** How the proof stands, in one sentence. */
export function tellProof(view: CaseIdentityView): string {
  if (view.status === 'proven') return '已核验，是客户本人'
  if (view.acts_for_another) return '代办，由工作人员核对'
  if (!view.offers_face_check) return '还没有核验，由工作人员核对'
  if (view.has_declined) return '客户不方便刷脸，等工作人员核对'
  if (view.tries_left === 0) return '刷脸三次没有通过，等工作人员核对'
  return '等客户在手机上刷脸'
}

const NAME_CHECKS: Record<NonNullable<CaseIdentityView['name_check']>['state'], string> = {
  match: '姓名和身份证号一致',
  mismatch: '姓名和身份证号对不上，请仔细看证件',
  no_such_number: '查不到这个身份证号，请仔细看证件',
  unavailable: '核对平台当时连不上，没有核对姓名和身份证号',
  limited: '当天核对次数用完了，没有核对姓名和身份证号',
}
const DOUBTED = new Set(['mismatch', 'no_such_number'])

/** What the register says of the applicant's name and number, or null where nobody asked. It proves nobody. */
export function tellNameCheck(view: CaseIdentityView): { text: string; detail: string; isDoubted: boolean } | null {
  const found = view.name_check
  if (!found) return null
  const number = found.request_id ? `，平台流水号 ${found.request_id}` : ''
  return { text: NAME_CHECKS[found.state], detail: `${tellMoment(found.at)} 向平台核对${number}`, isDoubted: DOUBTED.has(found.state) }
}

/** What happened so far, newest first. */
export function listSteps(view: CaseIdentityView): string[] {
  const told = [
    ...view.checks.map((one) => ({ at: one.at, text: CHECKS[one.state] })),
    ...view.decisions.map((one) => ({
      at: one.at,
      text:
        one.verdict === 'confirmed'
          ? `${one.staff_name}确认是本人：${tellWay(one.way, one.place)}，${PLACES[one.place]}${one.note ? `。${one.note}` : ''}`
          : `${one.staff_name}${one.way === 'record' ? '比对客户档案，不一致' : `${tellWay(one.way, one.place)}，不是本人`}${one.note ? `。${one.note}` : ''}`,
    })),
  ]
  return told.sort((one, two) => two.at.localeCompare(one.at)).map((one) => `${tellMoment(one.at)} ${one.text}`)
}

/** Whoever is not there is asked to prove it themselves, unless they cannot or would not. */
export function wantsDeclining(view: CaseIdentityView, place: string): boolean {
  return place === 'centre' && view.offers_face_check && !view.has_declined && view.tries_left > 0
}

/** What is still to be filled in before the word can be given, or null. */
export function findLack(view: CaseIdentityView, word: Required<IdentityWord>): string | null {
  if (!word.place) return '选客户在哪里'
  if (word.verdict === 'mismatch') return word.note.trim() ? null : '写一下为什么认为不是本人'
  if (word.way === 'record' && !word.name.trim()) return '填客户报的姓名'
  if (word.way === 'record' && !/^[0-9Xx]{4,6}$/.test(word.id_tail.trim())) return '填身份证号最后 4 到 6 位'
  if (wantsDeclining(view, word.place) && !word.customer_declined) return '先请客户刷脸，或勾选“客户不方便刷脸”'
  return null
}
