import { describe, expect, it } from 'vitest'
import type { CaseIdentityView, IdentityWord } from '@/api/types'
import { choosePlace, findLack, listSteps, tellNameCheck, tellProof, wantsDeclining } from '@/domain/identity'

const view = (over: Partial<CaseIdentityView> = {}): CaseIdentityView => ({
  status: 'wanted', offers_face_check: true, acts_for_another: false, has_declined: false, tries_left: 3, has_record: true,
  may_decide: true, places: ['centre', 'counter', 'field'], checks: [], decisions: [], name_check: null, may_ask_register: false, ...over,
})
const word = (over: Partial<IdentityWord> = {}): Required<IdentityWord> => ({
  verdict: 'confirmed', way: 'id_card', place: 'counter', note: '', name: '', id_tail: '', customer_declined: false, ...over,
})

describe('the proof of who a customer is', () => {
  it('says whose turn it is', () => {
    expect(tellProof(view())).toBe('等客户在手机上刷脸')
    expect(tellProof(view({ tries_left: 0 }))).toContain('等工作人员核对')
    expect(tellProof(view({ offers_face_check: false }))).toContain('由工作人员核对')
    expect(tellProof(view({ status: 'proven' }))).toContain('已核验')
  })

  it('says what the register knows of name and number, with the number of the question', () => {
    expect(tellNameCheck(view())).toBeNull()
    const told = (state: NonNullable<CaseIdentityView['name_check']>['state'], request_id = '') =>
      tellNameCheck(view({ name_check: { state, at: '2026-11-26T02:00:00Z', request_id } }))
    expect(told('match', 'r-17')).toMatchObject({ text: '姓名和身份证号一致', isDoubted: false })
    expect(told('match', 'r-17')?.detail).toContain('平台流水号 r-17')
    expect(told('mismatch', 'r-18')?.isDoubted).toBe(true)
    expect(told('unavailable')).toMatchObject({ isDoubted: false })
    expect(told('unavailable')?.detail).not.toContain('流水号')
  })

  it('asks whoever is not there to prove it first', () => {
    expect(findLack(view(), word({ place: '' as IdentityWord['place'] }))).toBe('选客户在哪里')
    expect(findLack(view(), word())).toBeNull()
    expect(findLack(view(), word({ place: 'centre' }))).toContain('先请客户刷脸')
    expect(findLack(view(), word({ place: 'centre', customer_declined: true }))).toBeNull()
    expect(wantsDeclining(view({ offers_face_check: false }), 'centre')).toBe(false)
  })

  it('knows where the customer is of whoever has arrived there, and of nobody else', () => {
    expect(choosePlace(['centre', 'counter', 'field'], true)).toBe('field')
    expect(choosePlace(['centre', 'counter', 'field'], false)).toBe('')
    expect(choosePlace(['counter'], false)).toBe('counter')
    expect(choosePlace(['centre', 'counter'], true)).toBe('')
  })

  it('compares with the record by name and the tail of the number', () => {
    expect(findLack(view(), word({ way: 'record' }))).toContain('姓名')
    expect(findLack(view(), word({ way: 'record', name: '张三', id_tail: '12' }))).toContain('最后 4 到 6 位')
    expect(findLack(view(), word({ way: 'record', name: '张三', id_tail: '775X' }))).toBeNull()
  })

  it('lets it be refused with a reason, and says that only a photo was seen from afar', () => {
    expect(findLack(view(), word({ place: 'centre', verdict: 'mismatch' }))).toContain('为什么')
    expect(findLack(view(), word({ place: 'centre', verdict: 'mismatch', note: '照片不像' }))).toBeNull()
    const decisions = [{ verdict: 'mismatch' as const, way: 'id_card' as const, place: 'centre' as const, note: '照片不像', at: '2026-11-26T02:00:00Z', staff_name: '张伟' }]
    expect(listSteps(view({ decisions }))[0]).toContain('张伟看过客户传的身份证照片，不是本人。照片不像')
  })

  it('tells who decided and how, the newest first', () => {
    const steps = listSteps(
      view({
        checks: [{ state: 'declined', at: '2026-11-26T01:00:00Z' }],
        decisions: [
          { verdict: 'confirmed', way: 'id_card', place: 'field', note: '', at: '2026-11-26T02:00:00Z', staff_name: '张伟' },
        ],
      }),
    )
    expect(steps[0]).toContain('张伟确认是本人：看过身份证，客户在上门现场')
    expect(steps[1]).toContain('不方便刷脸')
  })
})
