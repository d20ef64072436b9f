import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import FeeFields from '@/components/action/FeeFields.vue'

const getFee = vi.hoisted(() => vi.fn())
vi.mock('@/api/cases', () => ({ getFee }))

async function show(amount: string, due: number | null) {
  getFee.mockResolvedValue({ due_fen: due })
  const props = { asksAmount: true, asksReceipt: false, owed: null, caseNo: '261124101123453', amount, receipt: '' }
  const fields = mount(FeeFields, { props })
  await flushPromises()
  return fields
}

beforeEach(() => getFee.mockReset())

it('begins with what the customer was told to pay', async () => {
  const fields = await show('', 358_000)
  expect(fields.text()).toContain('3,580.00 元')
  expect(fields.emitted('update:amount')).toEqual([['3,580.00']])
})

it('leaves what was typed, and an unknown sum to the clerk', async () => {
  expect((await show('80.00', 358_000)).emitted('update:amount')).toBeUndefined()
  const unknown = await show('', null)
  expect(unknown.emitted('update:amount')).toBeUndefined()
  expect(unknown.text()).not.toContain('客户看到的应缴数')
})
