import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readPaper } from '@/api/papers'
import { Problem } from '@/api/problem'
import type { FileView, FormBody, PaperReading, Values } from '@/api/types'
import { usePaperReading } from '@/forms/paper-reading'

vi.mock('@/api/papers', () => ({ readPaper: vi.fn() }))

const form = {
  key: 'f', version: 1, name: '申请',
  sections: [{
    key: 's', title: '证件',
    fields: [
      { key: 'contact_name', label: '您的姓名', type: 'text', personal: 'name', required: true },
      { key: 'id_number', label: '身份证号', type: 'id_number', personal: 'id_number', required: true },
      { key: 'id_photos', label: '身份证照片', type: 'photos', personal: 'id_number', required: true, reads: { paper: 'id_card', name: 'contact_name', number: 'id_number' } },
      { key: 'proof', label: '房产证明', type: 'documents', personal: 'address', required: true },
    ],
  }],
} as unknown as FormBody
const NUMBER = '110101199003077758'
const photo = (file_key: string, kind = 'image') => ({ file_key, kind }) as FileView
const read = (over: Partial<PaperReading> = {}): PaperReading => ({ state: 'read', name: '郑桂英', number: NUMBER, valid_until: null, differs: [], ...over })

let values: Values
const change = vi.fn((key: string, value: Values[string]) => {
  values = { ...values, [key]: value }
})
const make = (mayChange?: (key: string) => boolean) => usePaperReading(() => form, () => values, change, mayChange)
const told = (papers: ReturnType<typeof make>) => papers.tell().id_photos.map((one) => [one.tone, one.text])

beforeEach(() => {
  values = { id_photos: ['a', 'b'] }
  change.mockClear()
  vi.mocked(readPaper).mockReset()
})

describe('a photo of a paper', () => {
  it('fills what is blank, and asks to look it over', async () => {
    vi.mocked(readPaper).mockResolvedValue(read())
    const papers = make()
    const reading = papers.take('id_photos', photo('a'))
    expect(told(papers)).toEqual([['wait', expect.stringContaining('正在认')]])
    await reading
    expect(values).toMatchObject({ contact_name: '郑桂英', id_number: NUMBER })
    expect(told(papers)).toEqual([['good', '已照证件填上您的姓名、身份证号，请核对一遍']])
    // Whoever puts it right has looked.
    values = { ...values, contact_name: '郑桂瑛', id_number: '1' }
    expect(told(papers)).toEqual([])
  })

  it('never replaces what was typed: it is told, and taken over at a tap', async () => {
    values = { ...values, contact_name: ' 郑桂莲 ' }
    vi.mocked(readPaper).mockResolvedValue(read({ differs: [{ field: 'name', code: 'paper_name_differs', text: '和证件照片上的名字不一样，请核对。' }] }))
    const papers = make()
    await papers.take('id_photos', photo('a'))
    expect(readPaper).toHaveBeenCalledWith('a', { paper: 'id_card', name: '郑桂莲' })
    expect(values.contact_name).toBe(' 郑桂莲 ')
    const doubt = papers.tell().id_photos.find((one) => one.tone === 'doubt')
    expect(doubt).toMatchObject({ text: '“您的姓名”和证件照片上的名字不一样，请核对。照片上是 郑桂英', offer: { key: 'contact_name', value: '郑桂英' } })
    values = { ...values, contact_name: '郑桂英' }
    expect(papers.tell().id_photos.some((one) => one.tone === 'doubt')).toBe(false)
  })

  it('leaves alone what was typed while it was being read', async () => {
    vi.mocked(readPaper).mockImplementation(async () => {
      values = { ...values, contact_name: '正在填' }
      return read()
    })
    await make().take('id_photos', photo('a'))
    expect(values.contact_name).toBe('正在填')
  })

  it('says of the other side how long it is good', async () => {
    vi.mocked(readPaper).mockResolvedValue(read({ name: '', number: '', valid_until: '2035-03-01' }))
    const papers = make()
    await papers.take('id_photos', photo('b'))
    expect(change).not.toHaveBeenCalled()
    expect(told(papers)).toEqual([['good', '证件在有效期内，到 2035.03.01']])
  })

  it('tells what is no paper, for as long as the photo is there', async () => {
    vi.mocked(readPaper).mockRejectedValue(new Problem('paper_not_document', '照片里没找到证件。', 422))
    const papers = make()
    await papers.take('id_photos', photo('a'))
    expect(told(papers)).toEqual([['wrong', '第 1 张：照片里没找到证件。']])
    values = { id_photos: ['b'] }
    expect(told(papers)).toEqual([])
  })

  it.each([
    ['by hand', () => vi.mocked(readPaper).mockResolvedValue(read({ state: 'by_hand', name: '', number: '' }))],
    ['no network', () => vi.mocked(readPaper).mockRejectedValue(new Problem('no_network', '', 0))],
    ['too often', () => vi.mocked(readPaper).mockRejectedValue(new Problem('too_many_requests', '', 429))],
  ])('leaves everything as it was where nothing was read: %s', async (_, happen) => {
    happen()
    const papers = make()
    await papers.take('id_photos', photo('a'))
    expect(told(papers)).toEqual([])
    expect(change).not.toHaveBeenCalled()
  })

  it('reads neither PDFs nor what is no paper, and fills only what may be changed', async () => {
    const papers = make((key) => key === 'id_number')
    await papers.take('id_photos', photo('a', 'pdf'))
    await papers.take('proof', photo('a'))
    expect(readPaper).not.toHaveBeenCalled()
    vi.mocked(readPaper).mockResolvedValue(read())
    await papers.take('id_photos', photo('a'))
    expect(change.mock.calls).toEqual([['id_number', NUMBER]])
  })
})

it('says of several photos which one will not do', async () => {
  vi.mocked(readPaper).mockRejectedValue(new Problem('paper_not_document', '照片里没找到证件。', 422))
  const papers = make()
  await papers.take('id_photos', photo('a'))
  await papers.take('id_photos', photo('b'))
  expect(told(papers).map(([, text]) => text)).toEqual(['第 1 张：照片里没找到证件。', '第 2 张：照片里没找到证件。'])
  values = { id_photos: ['b'] }
  expect(told(papers)).toEqual([['wrong', '照片里没找到证件。']])
})
