import { expect, it, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import type { CaseView } from '@/api/types'
import { useBesideCase } from '@/stores/beside-case'

const at = (version: number) => ({ case_no: '1', version }) as CaseView

async function settle(): Promise<void> {
  await nextTick()
  await Promise.resolve()
  await nextTick()
}

it('is looked up again with the case, though the own version of the case is the same', async () => {
  const view = shallowRef<CaseView | null>(null)
  const look = vi.fn(async (_: string) => [look.mock.calls.length])
  const found = useBesideCase(() => view.value, look, [])
  await settle()
  expect(look).not.toHaveBeenCalled()
  for (const times of [1, 2]) {
    view.value = at(4)
    await settle()
    expect(found.value).toEqual([times])
  }
  expect(look).toHaveBeenLastCalledWith('1')
})

it('keeps what was there while nothing can be looked up, and takes no late answer for a later one', async () => {
  const view = shallowRef<CaseView | null>(at(1))
  let answer: (found: string) => void = () => undefined
  const look = vi.fn<(caseNo: string) => Promise<string>>()
  look.mockResolvedValueOnce('first').mockRejectedValueOnce(new Error('no network'))
  look.mockReturnValueOnce(new Promise((resolve) => (answer = resolve))).mockResolvedValueOnce('last')
  const found = useBesideCase(() => view.value, look, '')
  await settle()
  view.value = at(2)
  await settle()
  expect(found.value).toBe('first')
  view.value = at(3)
  await settle()
  view.value = at(4)
  await settle()
  answer('late')
  await settle()
  expect(found.value).toBe('last')
})
