import { beforeEach, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import { readPaper } from '@/api/files'
import type { FileView, FormBody, FormField, PaperReading, Values } from '@/api/types'
import { usePaperReading } from '@/domain/paperReading'

vi.mock('@/api/files', () => ({ readPaper: vi.fn() }))

const card = { key: 'owner_id_copy', label: '户主身份证', type: 'documents', reads: { paper: 'id_card', name: 'owner_name', number: 'owner_id_number' } } as FormField
const plain = { key: 'proof', label: '房产证', type: 'documents' } as FormField
const form = {
  key: 'f', version: 1, name: '资料',
  sections: [{ key: 's', title: '证件', fields: [{ key: 'owner_name', label: '户主姓名', type: 'text' }, { key: 'owner_id_number', label: '户主身份证号', type: 'id_number' }, card, plain] }],
} as unknown as FormBody
const photo = (file_key: string, kind = 'image') => ({ file_key, kind }) as FileView
const read = (over: Partial<PaperReading> = {}): PaperReading => ({ state: 'read', name: '郑桂英', number: '', valid_until: null, differs: [], ...over })

let values: Values
let masked: string[]
const make = () => usePaperReading(() => form, () => values, () => masked)
beforeEach(() => {
  values = { owner_id_copy: ['a'], owner_name: '郑桂莲' }
  masked = []
  vi.mocked(readPaper).mockReset()
})

it('says that a card is over its time, in words for staff', async () => {
  vi.mocked(readPaper).mockRejectedValue(new Problem(422, { code: 'paper_expired', title: '请换上有效的；照样提交' }))
  const papers = make()
  const reading = papers.take(card, photo('a'))
  expect(papers.tell(card).map((one) => one.text)).toEqual(['正在认证件上的字，可以接着填'])
  await reading
  expect(papers.tell(card)).toEqual([{ id: 'a-wrong', tone: 'amber', text: expect.stringContaining('过了有效期') }])
  values = { owner_id_copy: ['b', 'a'] }
  expect(papers.tell(card)[0]!.text).toMatch(/^第 2 份：/)
  // Another photo in its place takes the words along.
  values = { owner_id_copy: ['b'] }
  expect(papers.tell(card)).toEqual([])
})

it('says until when it is good, and nothing of one that is good for ever', async () => {
  vi.mocked(readPaper).mockResolvedValueOnce(read({ valid_until: '2035-03-01' })).mockResolvedValueOnce(read())
  const papers = make()
  await papers.take(card, photo('a'))
  expect(papers.tell(card)).toEqual([{ id: 'a-until', tone: 'green', text: '证件在有效期内，到 2035.03.01' }])
  await papers.take(card, photo('a'))
  expect(papers.tell(card)).toEqual([])
})

it('holds the card against what was typed, but not against what is shown in part only', async () => {
  const differs = [{ field: 'name' as const, code: 'paper_name_differs', text: '和证件照片上的名字不一样，请核对。' }]
  vi.mocked(readPaper).mockResolvedValue(read({ differs }))
  const papers = make()
  await papers.take(card, photo('a'))
  expect(readPaper).toHaveBeenLastCalledWith('a', { paper: 'id_card', name: '郑桂莲' })
  expect(papers.tell(card)[0]!.text).toBe('“户主姓名”和证件照片上的名字不一样，请核对。照片上是 郑桂英')
  masked = ['owner_name']
  await papers.take(card, photo('a'))
  expect(readPaper).toHaveBeenLastCalledWith('a', { paper: 'id_card' })
})

it('asks nothing of other papers or PDFs, and is silent where nobody can read', async () => {
  vi.mocked(readPaper).mockRejectedValue(new Problem(503, { code: 'unavailable' }))
  const papers = make()
  await papers.take(plain, photo('p'))
  await papers.take(card, photo('a', 'pdf'))
  expect(readPaper).not.toHaveBeenCalled()
  await papers.take(card, photo('a'))
  expect(papers.tell(card)).toEqual([])
})
