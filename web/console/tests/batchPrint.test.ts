import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { StaffCaseRow } from '@/api/types'
import BatchPrintDialog from '@/components/BatchPrintDialog.vue'

const listPrintKinds = vi.hoisted(() => vi.fn())
const printCases = vi.hoisted(() => vi.fn())
vi.mock('@/api/documents', () => ({ listPrintKinds, printCases }))

const rows = Array.from({ length: 32 }, (_, at) => ({ case_no: `case-${at}`, application_no: `case-${at}`, service_name: '报修', customer_name: '李', place: '小区' }) as StaffCaseRow)
const stubs = { AppDialog: { template: '<div><slot /></div>' }, 'el-button': { template: '<button type="button"><slot /></button>' } }

describe('printing several cases', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    listPrintKinds.mockReset().mockResolvedValue({ items: [{ form: 'survey', name: '勘查单', count: 2, cases: ['case-0', 'case-2'] }] })
    printCases.mockReset().mockResolvedValue(undefined)
  })

  it('offers what the chosen cases have, in the order of the list', async () => {
    const dialog = mount(BatchPrintDialog, { props: { rows: rows.slice(0, 3) }, global: { stubs } })
    await flushPromises()
    // Before anybody chooses it says what there is, and what has nothing to print cannot be chosen.
    expect(listPrintKinds).toHaveBeenCalledWith(['case-0', 'case-1', 'case-2'])
    expect(dialog.findAll('.papers').map((one) => one.text())).toEqual(['有：勘查单', '还没有单据，填好后才能打印', '有：勘查单'])
    expect(dialog.findAll('input[type=checkbox]').map((one) => (one.element as HTMLInputElement).disabled)).toEqual([false, true, false])
    const boxes = dialog.findAll('input[type=checkbox]')
    await boxes[2]!.setValue(true)
    await boxes[0]!.setValue(true)
    await dialog.findAll('button').find((one) => one.text() === '看有哪些单据')!.trigger('click')
    await flushPromises()
    expect(listPrintKinds).toHaveBeenCalledWith(['case-0', 'case-2'])
    expect(dialog.text()).toContain('勘查单（2 份）')
    await dialog.findAll('button').find((one) => one.text() === '打印 2 份')!.trigger('click')
    expect(printCases).toHaveBeenCalledWith(['case-0', 'case-2'], 'survey')
    // Another choice is asked about anew.
    await boxes[0]!.setValue(false)
    expect(dialog.text()).not.toContain('勘查单（')
  })

  it('takes all that have a paper and no others', async () => {
    const dialog = mount(BatchPrintDialog, { props: { rows: rows.slice(0, 3) }, global: { stubs } })
    await flushPromises()
    await dialog.findAll('button').find((one) => one.text() === '选有单据的 2 件')!.trigger('click')
    expect(dialog.findAll('input[type=checkbox]').map((one) => (one.element as HTMLInputElement).checked)).toEqual([true, false, true])
    expect(dialog.findAll('button').some((one) => one.text() === '全不选')).toBe(true)
  })

  it('says so where nothing has a paper', async () => {
    listPrintKinds.mockResolvedValue({ items: [] })
    const dialog = mount(BatchPrintDialog, { props: { rows: rows.slice(0, 3) }, global: { stubs } })
    await flushPromises()
    expect(dialog.text()).toContain('列表里的 3 件都还没有填好的单据')
  })

  it('takes no more than one print may have, and asks of all in as many questions as it needs', async () => {
    const cases = rows.map((row) => row.case_no)
    listPrintKinds.mockImplementation((asked: string[]) => Promise.resolve({ items: [{ form: 'survey', name: '勘查单', count: asked.length, cases: asked }] }))
    const dialog = mount(BatchPrintDialog, { props: { rows }, global: { stubs } })
    await flushPromises()
    expect(listPrintKinds.mock.calls.map(([asked]) => asked)).toEqual([cases.slice(0, 30), cases.slice(30)])
    await dialog.findAll('button').find((one) => one.text() === '选前 30 件有单据的')!.trigger('click')
    expect(dialog.text()).toContain('已选 30 件，一次最多 30 件')
    const free = dialog.findAll('input[type=checkbox]').filter((one) => !(one.element as HTMLInputElement).disabled)
    expect(free).toHaveLength(30)
  })

  it('lets anything be chosen where it could not be learned what there is', async () => {
    listPrintKinds.mockRejectedValue(new Error('offline'))
    const dialog = mount(BatchPrintDialog, { props: { rows: rows.slice(0, 3) }, global: { stubs } })
    await flushPromises()
    expect(dialog.findAll('input[type=checkbox]').some((one) => (one.element as HTMLInputElement).disabled)).toBe(false)
  })
})
