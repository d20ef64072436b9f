import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { sendCommand } from '@/api/cases'
import { Problem } from '@/api/client'
import { uploadFile } from '@/api/files'
import type { AvailableAction, FileView, StaffCaseView } from '@/api/types'
import ActionDialog from '@/components/action/ActionDialog.vue'
import { addStroke, isEnough, makeInk } from '@/domain/ink'
import { keepVisit, readVisit } from '@/domain/visitDrafts'
import { useOpenCase } from '@/stores/openCase'
import { useSession } from '@/stores/session'

const getCase = vi.fn()
vi.mock('@/api/cases', () => ({ getCase: (caseNo: string) => getCase(caseNo), saveReviews: vi.fn(), sendCommand: vi.fn() }))
vi.mock('@/api/files')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))
vi.mock('@/api/session', () => ({ signOut: () => Promise.resolve() }))

const photo = { file_key: 'p1', name: '灶.jpg', kind: 'image', url: '/p1' } as FileView
const action = {
  kind: 'complete', task: 7, step: 'repair', outcome: 'repaired', name: '完成维修', asks: ['result', 'photos'], unmet: null,
  needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false,
} as unknown as AvailableAction
const caseAt = (task: number) =>
  ({
    case_no: '1', application_no: '3694', version: 1, service_name: '报修', customer: { name: '钱*', phone: '' }, actions: [{ ...action, task }], open_tasks: [], reviews: {},
    values: {}, form: { sections: [] }, changed_items: [], owed_documents: [], corrections: [], visit: { result: '换了电池弹片' }, forwarding: { may_forward: false, parts: [] }, suggested_unit: null, amount_fen: null,
  }) as unknown as StaffCaseView

async function begin(task = 7) {
  setActivePinia(createPinia())
  useSession().me = { username: 'handler301' } as never
  getCase.mockResolvedValue(caseAt(task))
  const open = useOpenCase()
  await open.open('1')
  return open
}

function show(asked = action) {
  HTMLDialogElement.prototype.showModal ??= () => undefined
  return mount(ActionDialog, { props: { action: asked }, global: { stubs: { AppDialog: { template: '<div><slot /></div>' }, 'el-button': { template: '<button><slot /></button>' } } } })
}

vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} })
beforeEach(() => localStorage.clear())

describe('the sheet of a visit', () => {
  it('is not sent with a photo that did not arrive, until it is said to stay away', async () => {
    const open = await begin()
    open.draft.result = '换了电池弹片'
    let fail: (thrown: Error) => void = () => undefined
    vi.mocked(uploadFile).mockReturnValue(new Promise((_, reject) => (fail = reject)))
    const sheet = show()
    const input = sheet.get<HTMLInputElement>('input[type=file]')
    Object.defineProperty(input.element, 'files', { value: [new File(['x'], 'fault.jpg')] })
    await input.trigger('change')
    expect(sheet.text()).toContain('文件正在上传')
    fail(new Error('no network'))
    await flushPromises()
    expect(sheet.text()).toContain('有 1 份没传上')
    await sheet.get('form').trigger('submit')
    expect(sendCommand).not.toHaveBeenCalled()
    await sheet.findAll('button').find((one) => one.text() === '不传了')!.trigger('click')
    vi.mocked(sendCommand).mockResolvedValue(caseAt(8))
    await sheet.get('form').trigger('submit')
    await vi.waitFor(() => expect(sendCommand).toHaveBeenCalledOnce())
    sheet.unmount()
  })

  it('says above the glass what is signed for', async () => {
    const open = await begin()
    const handover = { ...action, name: '交付使用', asks: ['signature'] } as AvailableAction
    open.view = { ...open.view!, actions: [handover] }
    const text = show(handover).text()
    for (const one of ['交付使用：报修 · 钱* · 尾号 3694', '现场结果：换了电池弹片']) expect(text).toContain(one)
  })
})

describe('what was begun on site', () => {
  it('is there again after a reload, at the same step and for who wrote it alone', async () => {
    const open = await begin()
    open.draft.result = '换了胶管'
    open.draft.photos.push(photo)
    await nextTick()
    expect((await begin()).draft).toMatchObject({ result: '换了胶管', photos: [photo] })
    expect((await begin(8)).draft.result).toBe('')
    expect(readVisit('handler302', '1', [7])).toBeNull()
  })

  it('is gone once it is sent', async () => {
    const open = await begin()
    open.draft.result = '换了胶管'
    await nextTick()
    vi.mocked(sendCommand).mockResolvedValue(caseAt(8))
    await open.perform({ kind: 'complete' } as never)
    await nextTick()
    expect((await begin()).draft.result).toBe('')
  })

  it('stays on the device for nobody who signs in next', async () => {
    keepVisit('handler301', '1', { task: 7, result: '换了胶管', photos: [] })
    await begin()
    await useSession().signOut()
    expect(localStorage.length).toBe(0)
    keepVisit('handler301', '1', { task: 7, result: '换了胶管', photos: [] })
    useSession().hold({ username: 'handler302', csrf_token: '' } as never)
    expect(readVisit('handler301', '1', [7])).toBeNull()
  })
})

describe('the glass', () => {
  it('tells a name from a dot and from a scribble on one spot', () => {
    const at = (x: number, y = 0) => ({ x, y })
    expect(isEnough(makeInk())).toBe(false)
    expect(isEnough(addStroke(makeInk(), at(10), at(12)))).toBe(false)
    let spot = makeInk()
    for (let i = 0; i < 40; i++) spot = addStroke(spot, at(i % 2 ? 10 : 14), at(i % 2 ? 14 : 10))
    expect(isEnough(spot)).toBe(false)
    expect(isEnough(addStroke(makeInk(), at(10), at(90, 20)))).toBe(true)
  })
})

it.each([
  ['withdrawn', '这件已由客户撤回，不用再办。'],
  ['cancelled', '这件已终止，不用再办。'],
  ['completed', '这件已办结，不用再办。'],
])('says of a case that was %s meanwhile that nothing is left to do, and offers to close alone', async (status, said) => {
  const open = await begin()
  const sheet = show()
  getCase.mockResolvedValue({ ...caseAt(7), version: 2, status })
  await open.check()
  await nextTick()
  expect(sheet.text()).toContain(said)
  expect(sheet.findAll('button').map((one) => one.text())).toEqual(['关闭'])
  await sheet.get('button').trigger('click')
  expect(sheet.emitted('close')).toHaveLength(1)
  sheet.unmount()
})

it('looks how the case stands where the server says that it has ended', async () => {
  const open = await begin()
  open.draft.result = '换了电池弹片'
  const sheet = show()
  getCase.mockResolvedValue({ ...caseAt(7), version: 2, status: 'withdrawn' })
  vi.mocked(sendCommand).mockRejectedValue(new Problem(409, { code: 'case_ended', title: '如还需要办理，请重新申请。' }))
  await sheet.get('form').trigger('submit')
  await flushPromises()
  expect(sheet.text()).toContain('这件已由客户撤回，不用再办。')
  expect(sheet.text()).not.toContain('重新申请')
  sheet.unmount()
})
