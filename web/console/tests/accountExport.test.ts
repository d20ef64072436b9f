import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import AccountExportDialog from '@/components/AccountExportDialog.vue'

const exportAccounts = vi.hoisted(() => vi.fn())
vi.mock('@/api/accountImports', () => ({ exportAccounts }))

const stubs = { AppDialog: { template: '<div><slot /></div>' }, 'el-button': { props: ['disabled'], template: '<button type="button" :disabled="disabled"><slot /></button>' } }
const open = () => mount(AccountExportDialog, { global: { stubs } })

describe('taking all customers out', () => {
  beforeEach(() => void exportAccounts.mockReset().mockResolvedValue(undefined))

  it('is masked and for Excel where nobody asks for more', async () => {
    const dialog = open()
    await dialog.find('form').trigger('submit')
    expect(exportAccounts).toHaveBeenCalledWith('xlsx', '')
    await flushPromises()
    expect(dialog.emitted('close')).toHaveLength(1)
  })

  it('gives full values for a reason alone', async () => {
    const dialog = open()
    await dialog.find('input[value=csv]').setValue(true)
    await dialog.findAll('input[type=radio]').at(-1)!.setValue(true)
    await dialog.find('form').trigger('submit')
    expect(exportAccounts).not.toHaveBeenCalled()
    expect(dialog.text()).toContain('先写明原因')
    await dialog.find('input[role=combobox]').setValue(' 对账 ')
    await dialog.find('form').trigger('submit')
    expect(exportAccounts).toHaveBeenCalledWith('csv', '对账')
  })

  it('does not send a reason that was written and then not needed', async () => {
    const dialog = open()
    const [, , masked, full] = dialog.findAll('input[type=radio]')
    await full!.setValue(true)
    await dialog.find('input[role=combobox]').setValue('对账')
    await masked!.setValue(true)
    await dialog.find('form').trigger('submit')
    expect(exportAccounts).toHaveBeenCalledWith('xlsx', '')
  })

  it('stays and says why where the file did not come', async () => {
    exportAccounts.mockRejectedValue(new Error('gone'))
    const dialog = open()
    await dialog.find('form').trigger('submit')
    await flushPromises()
    expect(dialog.find('[role=alert]').text()).toContain('没有导出成功')
    expect(dialog.emitted('close')).toBeUndefined()
  })
})
