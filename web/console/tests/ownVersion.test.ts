import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { Problem } from '@/api/client'
import { useOwnVersion } from '@/domain/ownVersion'

const toasts = vi.hoisted(() => ({ success: vi.fn(), error: vi.fn() }))
vi.mock('element-plus/es/components/message/index', () => ({ ElMessage: toasts }))

async function open() {
  const begun: number[] = []
  let own!: ReturnType<typeof useOwnVersion<number>>
  mount(defineComponent({ setup: () => ((own = useOwnVersion(() => Promise.resolve(1), (found) => begun.push(found))), () => null) }))
  await flushPromises()
  return { own, begun }
}

it('begins anew from what was stored', async () => {
  const { own, begun } = await open()
  await own.save((found) => Promise.resolve(found + 1))
  expect([own.kept.value, begun]).toEqual([2, [1, 2]])
  expect(toasts.success).toHaveBeenCalledOnce()
})

it('keeps what was typed where it is refused, and says where it is wrong until the next try', async () => {
  const { own, begun } = await open()
  await own.save(() => Promise.reject(new Problem(422, { code: 'form_refused', title: '有几处不对', fields: { area: '太大' } })))
  expect([own.problem.value, own.refused.value?.fields, begun]).toEqual(['有几处不对', { area: '太大' }, [1]])
  await own.run(() => Promise.resolve())
  expect([own.problem.value, own.refused.value]).toEqual(['', null])
})

it('does one thing at a time', async () => {
  const { own } = await open()
  const second = vi.fn()
  const first = own.run(() => new Promise((resolve) => setTimeout(resolve)))
  await own.run(second)
  await first
  expect(second).not.toHaveBeenCalled()
})
