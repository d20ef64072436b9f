import { afterEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { Problem } from '@/api/problem'
import { useLoad } from '@/stores/load'
import { isOnline } from '@/stores/network'
import { usePaging } from '@/stores/paging'

const busy = new Problem('busy', '服务正忙，请过一会儿再试。', 503)

afterEach(() => (isOnline.value = true))

describe('what a screen loads', () => {
  it('is neither there nor failed while it loads, then failed, then there', async () => {
    const fetch = vi.fn().mockRejectedValueOnce(busy).mockResolvedValueOnce('found')
    const { data, problem, isLoading, reload } = useLoad<string>(fetch)
    const first = reload()
    expect([data.value, problem.value, isLoading.value]).toEqual([null, null, true])
    await first
    expect([data.value, problem.value?.code, isLoading.value]).toEqual([null, 'busy', false])
    await reload()
    expect([data.value, problem.value]).toEqual(['found', null])
  })

  it('stays on the screen where looking again fails', async () => {
    const fetch = vi.fn().mockResolvedValueOnce('found').mockRejectedValueOnce(busy)
    const { data, problem, reload } = useLoad<string>(fetch)
    await reload()
    await reload()
    expect([data.value, problem.value?.code]).toEqual(['found', 'busy'])
  })

  it('is asked for again as soon as the network is back', async () => {
    const fetch = vi.fn().mockRejectedValueOnce(busy).mockResolvedValueOnce('found')
    const { data, reload } = useLoad<string>(fetch)
    isOnline.value = false
    await reload()
    isOnline.value = true
    await nextTick()
    await vi.waitFor(() => expect(data.value).toBe('found'))
  })
})

describe('a list', () => {
  const page = (items: string[], next: string | null = null) => ({ items, next })

  it('is null while it loads, empty where there is nothing, and says what went wrong', async () => {
    const fetch = vi.fn().mockRejectedValueOnce(busy).mockResolvedValueOnce(page([]))
    const list = usePaging<string>(fetch)
    const first = list.reload()
    expect([list.items.value, list.problem.value]).toEqual([null, null])
    await first
    expect([list.items.value, list.problem.value?.code]).toEqual([null, 'busy'])
    await list.reload()
    expect([list.items.value, list.problem.value, list.hasMore.value]).toEqual([[], null, false])
  })

  it('keeps what it has where the next page fails, and can try that again', async () => {
    const fetch = vi.fn().mockResolvedValueOnce(page(['a'], 'a')).mockRejectedValueOnce(busy).mockResolvedValueOnce(page(['b']))
    const list = usePaging<string>(fetch)
    await list.reload()
    await list.loadMore()
    expect([list.items.value, list.problem.value?.code, list.hasMore.value]).toEqual([['a'], 'busy', true])
    await list.loadMore()
    expect([list.items.value, list.problem.value, list.hasMore.value]).toEqual([['a', 'b'], null, false])
    expect(fetch.mock.calls.map(([after]) => after)).toEqual([null, 'a', 'a'])
  })

  it('shows only what was asked for last', async () => {
    let answer: (found: object) => void = () => undefined
    const late = new Promise((resolve) => (answer = resolve))
    const fetch = vi.fn().mockReturnValueOnce(late).mockResolvedValueOnce(page(['new']))
    const list = usePaging<string>(fetch as never)
    const first = list.reload()
    list.clear()
    await list.reload()
    answer(page(['old']))
    await first
    expect(list.items.value).toEqual(['new'])
  })
})
