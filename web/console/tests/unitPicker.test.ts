import { flushPromises, mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import UnitPicker from '@/components/action/UnitPicker.vue'

vi.mock('@/api/lookups', () => ({
  listUnits: () =>
    Promise.resolve({
      items: [
        { code: '100', name: '客服中心', kind: 'centre', parent_code: null },
        { code: '200', name: '城区事业部', kind: 'division', parent_code: '100' },
        { code: '301', name: '历下客户服务部', kind: 'unit', parent_code: '200' },
      ],
    }),
}))

test('without a suggestion only units that send people out are offered', async () => {
  const picker = mount(UnitPicker, { props: { suggested: null, modelValue: '' } })
  await flushPromises()
  expect(picker.findAll('input[type=radio]').map((one) => one.attributes('value'))).toEqual(['301'])
})
