import { describe, expect, it } from 'vitest'
import type { KnowledgeRound } from '@/api/knowledge'
import { beginWords, findLacking, makeWords, readBlocks, splitKeywords, tellStanding, tellValidity } from '@/domain/knowledge'

describe('the text of an article', () => {
  it('has headings, lists and lines, and is never markup', () => {
    expect(readBlocks('# 马上做\n- 关阀门\n· 开窗\n\n<b>别开灯</b>\n- 出门')).toEqual([
      { kind: 'heading', text: '马上做' },
      { kind: 'list', items: ['关阀门', '开窗'] },
      { kind: 'text', text: '<b>别开灯</b>' },
      { kind: 'list', items: ['出门'] },
    ])
  })

  it('keeps a dash inside a line', () => {
    expect(readBlocks('-5℃ 以下先预热')).toEqual([{ kind: 'text', text: '-5℃ 以下先预热' }])
  })
})

describe('an article that is written', () => {
  it('needs a title, words, and an end after its beginning', () => {
    const form = beginWords(null)
    expect(findLacking(form)).toBe('写上标题')
    Object.assign(form, { title: '漏气', body: '关阀门' })
    expect(findLacking(form)).toBeNull()
    Object.assign(form, { valid_from: '2027-02-01', valid_until: '2027-01-01' })
    expect(findLacking(form)).toBe('失效日期不能早于生效日期')
  })

  it('takes keywords as people write them', () => {
    expect(splitKeywords(' 漏气、臭味,阀门  漏气；')).toEqual(['漏气', '臭味', '阀门'])
    expect(makeWords({ ...beginWords(null), title: ' 漏气 ', body: ' 关阀门 ' })).toMatchObject({ title: '漏气', body: '关阀门', valid_from: null })
  })

  it('says how long it holds', () => {
    expect(tellValidity({ valid_from: null, valid_until: null })).toBe('长期有效')
    expect(tellValidity({ valid_from: '2027-01-01', valid_until: null })).toBe('2027-01-01 起')
  })
})

it('says at which node a round stands, or that it is over', () => {
  const nodes = [{ state: 'done', name: '编制知识采集计划' }, { state: 'open', name: '组织采集' }]
  const round = { status: 'open', nodes } as unknown as KnowledgeRound
  expect(tellStanding(round)).toBe('组织采集')
  expect(tellStanding({ ...round, status: 'completed' })).toBe('已发布')
  expect(tellStanding({ ...round, status: 'cancelled' })).toBe('已终止')
})
