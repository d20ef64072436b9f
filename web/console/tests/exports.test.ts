import { afterEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import { exportList, readFileName } from '@/api/exports'

afterEach(() => vi.unstubAllGlobals())

function answer(response: Response | Error) {
  const asked = vi.fn(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)))
  vi.stubGlobal('fetch', asked)
  return asked
}

describe('a list as an Excel file', () => {
  it('has the Chinese name that the server gave', () => {
    expect(readFileName("attachment; filename=_.xlsx; filename*=UTF-8''%E5%BE%85%E5%8F%97%E7%90%86_2026-11-26.xlsx")).toBe('待受理_2026-11-26.xlsx')
    expect(readFileName('attachment')).toBe('导出.xlsx')
    expect(readFileName(null)).toBe('导出.xlsx')
    expect(readFileName("attachment; filename*=UTF-8''%E5%")).toBe('导出.xlsx')
  })

  it('is asked for by the filters that say something', async () => {
    const asked = answer(new Response('xlsx', { headers: { 'X-Export-Rows': '7', 'X-Export-Cut': '1' } }))
    const file = await exportList('cases', { queue: 'accept', service: '', unit: undefined, due: null })
    expect([file.rows, file.isCut]).toEqual([7, true])
    const [, init] = asked.mock.calls[0] as unknown as [string, RequestInit]
    expect(JSON.parse(init.body as string)).toEqual({ queue: 'accept' })
  })

  it('tells what was refused, and that there was no answer', async () => {
    answer(new Response(JSON.stringify({ code: 'forbidden', title: '您的岗位没有这项权限' }), { status: 403 }))
    await expect(exportList('people', {})).rejects.toMatchObject({ code: 'forbidden', message: '您的岗位没有这项权限' })
    answer(new TypeError('failed'))
    const lost = await exportList('people', {}).catch((thrown: unknown) => thrown)
    expect(lost).toBeInstanceOf(Problem)
    expect((lost as Problem).code).toBe('network')
  })
})
