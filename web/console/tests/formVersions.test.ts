import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '@/api/client'
import { listFormVersions, previewForm, readForm, readFormVersion, saveForm, type KeptForm } from '@/api/forms'
import type { FormBody, FormField } from '@/api/types'
import FormEditView from '@/views/FormEditView.vue'

vi.mock('@/api/forms')
vi.mock('vue-router', () => ({ useRoute: () => ({ params: { key: 'survey' } }), useRouter: () => ({ beforeEach: () => () => undefined }), onBeforeRouteLeave: vi.fn() }))
vi.mock('element-plus/es/components/message/index', () => ({ ElMessage: { success: vi.fn(), error: vi.fn() } }))

const field: FormField = { key: 'firm', label: '施工单位', type: 'text', personal: 'none', max_length: 30 }
const body = { name: '勘查单', sections: [{ key: 'all', title: '内容', fields: [field] }] } as unknown as FormBody
const kept = { key: 'survey', version: 3, is_own: false, author: '', form: body, shipped_form: null, shipped_version: 3 } as unknown as KeptForm
const stubs = {
  AppDialog: { template: '<div class="dialog"><slot /></div>' },
  FormFill: true,
  RouterLink: true,
  'el-button': { props: ['nativeType', 'disabled'], template: '<button :type="nativeType ?? \'button\'" :disabled="disabled"><slot /></button>' },
}

describe('saving a changed form', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.clearAllMocks()
    vi.mocked(readForm).mockResolvedValue(kept)
    vi.mocked(listFormVersions).mockResolvedValue({
      items: [
        { version: 100_000, version_no: 1, is_own: true, author: 'lead', published_at: '2026-11-22T09:00:00+08:00', reason: '', is_first: false, changes: [] },
        { version: 3, version_no: 3, is_own: false, author: '', published_at: '2026-11-20T09:00:00+08:00', reason: '', is_first: false, changes: [{ field: 'x', kind: 'removed', text: '去掉“备注”' }] },
        { version: 2, version_no: 2, is_own: false, author: '', published_at: '2026-11-01T09:00:00+08:00', reason: '', is_first: true, changes: [] },
      ],
    })
  })

  async function change() {
    const view = mount(FormEditView, { global: { stubs } })
    await flushPromises()
    await view.get('input[aria-label="名称"]').setValue('施工单位全称')
    await view.findAll('button').find((one) => one.text() === '存为新版本')!.trigger('click')
    await flushPromises()
    return view
  }

  it('says first what changes and for whom, and asks why', async () => {
    vi.mocked(previewForm).mockResolvedValue({ changes: [{ field: 'firm', kind: 'renamed', text: '“施工单位”改名为“施工单位全称”' }] })
    vi.mocked(saveForm).mockResolvedValue({ ...kept, version: 100_000 })
    const view = await change()
    expect(saveForm).not.toHaveBeenCalled()
    const dialog = view.get('.dialog')
    expect(dialog.text()).toContain('“施工单位”改名为“施工单位全称”')
    expect(dialog.text()).toContain('已经在办的不变')
    const confirm = dialog.get('button[type=submit]')
    expect(confirm.attributes('disabled')).toBeDefined()
    await dialog.get('textarea').setValue('业务会定的')
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(saveForm).toHaveBeenCalledWith('survey', 3, [expect.objectContaining({ key: 'all' })], '业务会定的')
    expect(view.find('.dialog').exists()).toBe(false)
    expect(listFormVersions).toHaveBeenCalledTimes(2)
  })

  it('shows a fault at its field instead', async () => {
    vi.mocked(previewForm).mockRejectedValue(new Problem(422, { code: 'form_refused', title: '有几处不对', fields: { firm: '“新的短文字”是系统起的名称' } }))
    const view = await change()
    expect(view.find('.dialog').exists()).toBe(false)
    expect(view.get('.field .fault').text()).toContain('系统起的名称')
  })

  it('lists the versions, each to be read', async () => {
    vi.mocked(readFormVersion).mockResolvedValue({ version: 2, version_no: 2, form: body })
    const view = mount(FormEditView, { global: { stubs } })
    await flushPromises()
    const lines = view.findAll('ol[aria-label="所有版本"] > li')
    // Numbers of the program's own are nobody's to read.
    expect(lines[0]!.text()).toContain('公司改的第 1 版')
    expect(lines[1]!.text()).toContain('现在用的')
    expect(lines[1]!.text()).toContain('去掉“备注”')
    expect(lines[2]!.text()).toContain('最早的一版')
    await lines[2]!.get('button').trigger('click')
    await flushPromises()
    expect(readFormVersion).toHaveBeenCalledWith('survey', 2)
    expect(view.find('.dialog').exists()).toBe(true)
  })
})
