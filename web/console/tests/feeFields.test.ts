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

it('asks once more before a sum that the customer was not told', async () => {
  const fields = await show('3,850.00', 358_000)
  expect(fields.text()).toContain('比客户看到的应缴数多 270.00 元')
  expect(fields.emitted('update:isDoubtful')?.at(-1)).toEqual([true])
  await fields.get('input[type=checkbox]').setValue(true)
  expect(fields.emitted('update:isDoubtful')?.at(-1)).toEqual([false])
  await fields.setProps({ amount: '3,580.00' })
  expect(fields.text()).not.toContain('比客户看到的')
  await fields.setProps({ amount: '358.00' })
  expect(fields.text()).toContain('少 3,222.00 元')
  expect(fields.emitted('update:isDoubtful')?.at(-1)).toEqual([true])
})
