import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { findCustomer, type KnownPerson } from '@/api/intake'
import { listServedAreas } from '@/api/lookups'
import type { Address } from '@/api/types'
import CustomerFinder from '@/components/intake/CustomerFinder.vue'

vi.mock('@/api/intake')
vi.mock('@/api/lookups')

const ElButton = { props: ['disabled'], template: '<button type="button" :disabled="disabled"><slot /></button>' }
const PARTS = { '': '历下区', '-street': '文化路', '-community': '阳光小区', '-building': '3号楼', '-door': '501' }
const held = { region: '历下区', street: '文化路', community: '阳光小区', building: '3号楼', unit: '', door: '501', note: '', point: null }

function show(address: Address | null) {
  vi.mocked(listServedAreas).mockResolvedValue({ regions: [] })
  return mount(CustomerFinder, { props: { address, chosen: null }, global: { stubs: { ElButton, RouterLink: true } } })
}
const press = (finder: ReturnType<typeof show>, name: string) => finder.findAll('button').find((one) => one.text() === name)!.trigger('click')

it('finds who has an account at an address before anything stands in the form', async () => {
  const person: KnownPerson = { customer_id: 7, name: '张小红', phone: '13812345678', account_no: '30100001', address: held, case_no: null, masked: false }
  vi.mocked(findCustomer).mockResolvedValue({ customers: [person], open_cases: [], more: false })
  const finder = show(null)
  expect(finder.find('.by-place').exists()).toBe(false)
  await press(finder, '按地址找')
  expect(finder.findAll('.by-place input')).toHaveLength(6)
  await press(finder, '找这个地址的客户')
  expect(findCustomer).not.toHaveBeenCalled()
  expect(finder.get('.go').text()).toContain('填一样就能找')
  for (const [part, typed] of Object.entries(PARTS)) await finder.get(`#who-place${part}`).setValue(typed)
  await press(finder, '找这个地址的客户')
  await flushPromises()
  expect(findCustomer).toHaveBeenLastCalledWith({ address: held })
  await press(finder, '是这位')
  expect(finder.emitted('choose')).toEqual([[person]])
  expect(finder.emitted('address')).toBeUndefined()
})

it('begins with the address of the form, keeps what is typed while the form has none, and hands on an unknown one', async () => {
  vi.mocked(findCustomer).mockResolvedValue({ customers: [], open_cases: [], more: false })
  const finder = show(held)
  await press(finder, '按地址找')
  expect((finder.get('#who-place-community').element as HTMLInputElement).value).toBe('阳光小区')
  await finder.setProps({ address: null })
  await finder.get('#who-place-door').setValue('502')
  await finder.get('#who-place-door').trigger('keydown.enter')
  await flushPromises()
  expect(findCustomer).toHaveBeenLastCalledWith({ address: { ...held, door: '502' } })
  expect(finder.emitted('address')).toEqual([[{ ...held, door: '502' }]])
})

it('finds homes by a part of an address, and who was chosen by the account number', async () => {
  const masked: KnownPerson = { customer_id: 7, name: '张*', phone: '138****5678', account_no: '30100001', address: { ...held, door: '' }, case_no: null, masked: true }
  const whole: KnownPerson = { ...masked, name: '张小红', phone: '13812345678', address: held, masked: false }
  vi.mocked(findCustomer).mockResolvedValueOnce({ customers: [masked], open_cases: [], more: true })
  const finder = show(null)
  await press(finder, '按地址找')
  await finder.get('#who-place-community').setValue('阳')
  expect(finder.findAll('button').find((one) => one.text() === '找这个地址的客户')!.attributes('disabled')).toBeDefined()
  await finder.get('#who-place-community').setValue('阳光')
  await press(finder, '找这个地址的客户')
  await flushPromises()
  expect(finder.text()).toContain('还有更多没有列出来')
  vi.mocked(findCustomer).mockResolvedValueOnce({ customers: [whole], open_cases: [], more: false })
  await press(finder, '是这位')
  await flushPromises()
  expect(findCustomer).toHaveBeenLastCalledWith({ account_no: '30100001' })
  expect(finder.emitted('choose')).toEqual([[whole]])
})

it('puts no half address into the form where nobody was found by it', async () => {
  vi.mocked(findCustomer).mockResolvedValue({ customers: [], open_cases: [], more: false })
  const finder = show(null)
  await press(finder, '按地址找')
  await finder.get('#who-place-community').setValue('阳光小区')
  await press(finder, '找这个地址的客户')
  await flushPromises()
  expect(finder.emitted('address')).toBeUndefined()
})

it('looks for a name as a name, and for whom only a case names by that case', async () => {
  const masked: KnownPerson = { customer_id: null, name: '欧*', phone: '138****5678', account_no: null, address: null, case_no: '261126100123456', masked: true }
  const whole: KnownPerson = { ...masked, name: '欧阳小红', phone: '13812345678', masked: false }
  vi.mocked(findCustomer).mockResolvedValueOnce({ customers: [masked], open_cases: [], more: false })
  const finder = show(null)
  await finder.get('#who').setValue('欧阳小红')
  await press(finder, '找客户')
  await flushPromises()
  expect(findCustomer).toHaveBeenLastCalledWith({ name: '欧阳小红' })
  vi.mocked(findCustomer).mockResolvedValueOnce({ customers: [whole], open_cases: [], more: false })
  await press(finder, '是这位')
  await flushPromises()
  expect(findCustomer).toHaveBeenLastCalledWith({ case_no: '261126100123456' })
  expect(finder.emitted('choose')).toEqual([[whole]])
})
