import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { getDocument, putDocument } from '@/api/documents'
import type { AvailableAction, DocumentView, Values } from '@/api/types'
import DocumentPanel from '@/components/case/DocumentPanel.vue'

vi.mock('@/api/documents')

const way = (outcome: string, name: string, filled: boolean) =>
  ({ kind: 'complete', task: 1, step: 'inspect', outcome, name, asks: ['form'], demands: [{ field: 'hazards', filled }] }) as unknown as AvailableAction
const safe = way('safe', '没有隐患', false)
const ways = [safe, way('hazard', '发现隐患', true)]
const AppDialog = { template: '<div><slot /></div>' }
const ElButton = { props: ['nativeType', 'type'], template: '<button :type="nativeType || \'button\'"><slot /></button>' }

async function show(values: Values, came?: AvailableAction) {
  const hazards = { key: 'hazards', label: '检查结果', asked_as: '查出哪些隐患', type: 'multi_choice', personal: 'none', required: false, options: [{ value: 'h1', label: '胶管老化' }] }
  const view = {
    case_no: '1', step_name: '入户安检', number: '', state: 'to_fill', may_fill: true, revision: 0, values, files: {}, masked_items: [], filled_at: null,
    form: { key: 'slip', version: 1, name: '安检单', kind: 'slip', sections: [{ key: 's', title: '段', fields: [hazards] }] },
  }
  vi.mocked(getDocument).mockResolvedValue(view as unknown as DocumentView)
  vi.mocked(putDocument).mockReset().mockResolvedValue({ revision: 1, saved_at: '2026-11-26T01:00:00Z' } as never)
  const stubs = { AppDialog, ElButton, FormFill: true, RevealDialog: true }
  const panel = mount(DocumentPanel, { props: { caseNo: '1', task: 1, name: '安检单', ways, way: came }, global: { stubs } })
  await flushPromises()
  const press = async (name: string) => {
    const button = panel.findAll('button').find((one) => one.text() === name)!
    await (button.attributes('type') === 'submit' ? panel.get('form').trigger('submit') : button.trigger('click'))
    await flushPromises()
  }
  return { panel, press }
}
const wasHandedIn = () => vi.mocked(putDocument).mock.calls.some(([, , body]) => (body as { fills: boolean }).fills)

it('asks once before a slip with nothing ticked says that there is no hazard', async () => {
  const { panel, press } = await show({})
  await press('填好了（没有隐患）')
  expect(wasHandedIn()).toBe(false)
  expect(panel.get('.ends').text()).toContain('“查出哪些隐患”一项也没有填，交上去就是“没有隐患”。')
  // The same keys once more are no answer.
  await panel.get('form').trigger('submit')
  await flushPromises()
  expect(wasHandedIn()).toBe(false)
  await press('回去再看')
  await press('填好了（没有隐患）')
  await press('确定，没有隐患')
  expect(wasHandedIn()).toBe(true)
  panel.unmount()
})

it('asks nothing of who said so before, and nothing where hazards are ticked', async () => {
  const said = await show({}, safe)
  await said.press('填好，没有隐患')
  expect(wasHandedIn()).toBe(true)
  said.panel.unmount()
  const ticked = await show({ hazards: ['h1'] })
  await ticked.press('填好了（发现隐患）')
  expect(wasHandedIn()).toBe(true)
  ticked.panel.unmount()
})

it('shows whoever came to sign the paper with its places first, and no button to hand it in', async () => {
  const signer = { key: 'head', label: '工程管理部', party: 'engineering_dept', may_sign: true, asks_name: false, optional: false, signed_at: null, stale: false, name: '', way: '', known_name: '' }
  const view = {
    case_no: '1', step_name: '验收', number: '1', state: 'filled', may_fill: true, revision: 1, values: {}, files: {}, masked_items: [], filled_at: '2026-11-26T01:00:00Z', filled_by: '王工', signs_first: ['head'],
    sha256: 'aa', signers: [signer], form: { key: 'slip', version: 1, name: '验收合格单', kind: 'slip', sections: [{ key: 's', title: '段', fields: [{ key: 'record', label: '验收记录', type: 'text', personal: 'none', required: true }] }] },
  }
  vi.mocked(getDocument).mockResolvedValue(view as unknown as DocumentView)
  const stubs = { AppDialog, ElButton, FormFill: true, FormShown: true, DocumentSigners: true, RevealDialog: true }
  const panel = mount(DocumentPanel, { props: { caseNo: '1', task: 1, name: '验收合格单', signs: true }, global: { stubs } })
  await flushPromises()
  expect(panel.html().indexOf('document-signers-stub')).toBeLessThan(panel.html().indexOf('form-shown-stub'))
  expect(panel.find('form-fill-stub').exists()).toBe(false)
  expect(panel.text()).not.toContain('改好了')
  await panel.findAll('button').find((one) => one.text() === '内容不对，去修改')!.trigger('click')
  expect(panel.find('form-fill-stub').exists()).toBe(true)
  expect(panel.text()).toContain('改好了')
  panel.unmount()
})

it('says beside each field that is read anew what stood there, and what the customer said of it', async () => {
  const field = { key: 'meter_used', label: '累计用气量', type: 'number', unit: 'm³', personal: 'none', required: true, read_anew: true }
  const view = {
    case_no: '1', step_name: '核对气量', number: '', state: 'to_fill', may_fill: true, revision: 0, values: {}, files: {}, masked_items: [], filled_at: null,
    disputed: { said: '读数不对', at: '2026-11-26T01:00:00Z', values: { meter_used: '1,312 m³' } },
    form: { key: 'gas_check', version: 5, name: '气量核对单', kind: 'slip', sections: [{ key: 's', title: '气量', fields: [field] }] },
  }
  vi.mocked(getDocument).mockResolvedValue(view as unknown as DocumentView)
  const panel = mount(DocumentPanel, { props: { caseNo: '1', task: 1, name: '气量核对单' }, global: { stubs: { AppDialog, ElButton, RevealDialog: true } } })
  await flushPromises()
  expect(panel.get('.disputed').text()).toContain('说上一份不对：“读数不对”')
  expect(panel.get('#field-meter_used-former').text()).toBe('上次 1,312 m³，客户说不对，请重新核对')
  expect(panel.get('#field-meter_used').attributes('aria-describedby')).toContain('field-meter_used-former')
  panel.unmount()
})
