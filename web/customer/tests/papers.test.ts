import { describe, expect, it } from 'vitest'
import { checkObjection, composeObjection, listWrongs, LONGEST_OBJECTION, LONGEST_WORDS } from '@/forms/objections'
import { nameSigning, nameUnasked, tellPaper, waitsForMe } from '@/forms/papers'
import { standInForDevice } from './device'

const own = { own: true, number: '', is_erased: false }

describe('the list of papers', () => {
  it('says what to do with what waits, and when the rest was handed in', () => {
    expect(tellPaper({ ...own, state: 'owed', hint: '拍照或选文件补交', at: null })).toBe('还要补交：拍照或选文件补交')
    expect(tellPaper({ ...own, state: 'to_fill', hint: '客户确认', at: null })).toBe('等您填写：客户确认')
    expect(tellPaper({ ...own, state: 'draft', hint: '客户确认', at: '2026-11-26T01:00:00Z' })).toBe('填了一半：客户确认')
    expect(tellPaper({ ...own, state: 'to_sign', hint: '置换通气', at: '2026-11-26T01:00:00Z' })).toBe('等您签字：置换通气')
    expect(tellPaper({ ...own, state: 'filled', hint: '', at: '2026-11-26T01:00:00Z' })).toContain('已交')
    expect(tellPaper({ ...own, state: 'filled', hint: '', at: null })).toBe('已交')
  })

  it('says of what the company made out that it can be downloaded, with its number', () => {
    const told = tellPaper({ own: false, number: '散-07', is_erased: false, state: 'filled', hint: '', at: '2026-11-26T01:00:00Z' })
    expect(told).toContain('开具，可下载')
    expect(told).toContain('散-07')
  })

  it('says of what is gone that it is gone', () => {
    expect(tellPaper({ own: false, number: '散-07', state: 'filled', hint: '', at: '2026-11-26T01:00:00Z', is_erased: true })).toBe('个人信息已按期清除')
  })

  it('asks after the reading where gas was read', () => {
    expect(listWrongs({ facts: [{ label: '表上的读数', text: '1,312 m³' }] })[0]!.value).toBe('读数或气量不对')
    expect(listWrongs({ facts: [{ label: '合同金额', text: '3,580.00 元' }] }).map((one) => one.value)).not.toContain('读数或气量不对')
  })

  it('speaks of who acts for the owner only where there is a place for them', () => {
    const place = (key: string, optional: boolean) => ({ key, label: '客户签字', optional, may_sign: true, stale: false, signed_at: null, asks_name: false, known_name: '' }) as never
    expect(nameUnasked({ signers: [place('customer', true)] })).toBe('看看写得对不对')
    expect(nameUnasked({ signers: [place('customer', false), place('agent', true)] })).toBe('替别人办的，代办人在这里签')
  })

  it('knows what is still to be done', () => {
    expect(waitsForMe({ state: 'owed' })).toBe(true)
    expect(waitsForMe({ state: 'to_sign' })).toBe(true)
    expect(waitsForMe({ state: 'filled' })).toBe(false)
  })
})

it('a place for signing is called by its word once', () => {
  expect([nameSigning('检查人', '签字'), nameSigning('检查人', '签名'), nameSigning('安检员签字', '签名')]).toEqual(['检查人签字', '检查人签名', '安检员签字'])
})

describe('what is wrong with a paper', () => {
  it('is what was tapped and what was written, as one text', () => {
    expect(composeObjection(['金额不对', '有的地方看不明白'], ' 应该是 89 平 ')).toBe('金额不对；有的地方看不明白。应该是 89 平')
    expect(composeObjection(['金额不对'], '')).toBe('金额不对')
    expect(composeObjection([], '应该是 89 平')).toBe('应该是 89 平')
  })

  it('has to be said, and fits what the server keeps', () => {
    expect(checkObjection(composeObjection([], '  \n'))).toContain('写一句哪里不对')
    expect(checkObjection('金额不对')).toBe('')
    const longest = composeObjection(listWrongs({ facts: [{ label: '表上的读数', text: '1' }] }).map((one) => one.value), '字'.repeat(LONGEST_WORDS))
    expect(longest.length).toBeLessThanOrEqual(LONGEST_OBJECTION)
  })

  it('is sent once, however often it is pressed while no answer comes, and anew where more was written', async () => {
    const answers = ['no_network' as const, { statusCode: 204, data: '' }, { statusCode: 204, data: '' }]
    const { sent } = standInForDevice(() => answers.shift() ?? 'no_network')
    const { objectToPaper } = await import('@/api/cases')
    const paper = { task: 102, sha256: 'a'.repeat(64) }
    await expect(objectToPaper('1', paper, '金额不对')).rejects.toMatchObject({ status: 0 })
    await objectToPaper('1', paper, '金额不对')
    await objectToPaper('1', paper, '金额不对，还有地址')
    const bodies = sent.map((one) => JSON.parse(one.data ?? '{}') as Record<string, string>)
    expect(sent[0].url).toContain('/cases/1/documents/102/objections')
    expect(bodies[0]).toMatchObject({ sha256: paper.sha256, text: '金额不对' })
    expect([bodies[1].command_id === bodies[0].command_id, bodies[2].command_id === bodies[1].command_id]).toEqual([true, false])
  })
})
