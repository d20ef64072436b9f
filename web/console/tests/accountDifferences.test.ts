import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type AccountDifference, type AccountFeed, beginAgain, decideDifference, listDifferences, lookAtDifference, readFeed } from '@/api/accountDifferences'
import { Problem } from '@/api/client'
import DifferenceLookDialog from '@/components/DifferenceLookDialog.vue'
import { looksAlike, mayBeRenamed, tellButton, tellEmpty, tellExchange, tellQuestion, tellRefused, tellStanding } from '@/domain/accountDifferences'
import AccountDifferencesView from '@/views/AccountDifferencesView.vue'

vi.mock('@/api/accountDifferences')
const toasts = vi.hoisted(() => ({ error: vi.fn(), success: vi.fn() }))
vi.mock('element-plus/es/components/message/index', () => ({ ElMessage: toasts }))

const one: AccountDifference = {
  id: 7, account_no: '361000000015', unit: 'use_nature', title: '用途', ours: '采暖', theirs: '洗浴', is_masked: false, is_both: true, side: 'master',
  ours_at: '2026-11-28T01:00:00Z', theirs_at: '2026-11-28T02:00:00Z', theirs_by: '王会计', found_at: '2026-11-28T02:01:00Z', decision: null, reason: '', decided_by: '', decided_at: null,
}
const holder: AccountDifference = { ...one, id: 8, unit: 'holder', title: '户名', ours: '李*', theirs: '欧*', is_masked: true, is_both: false, side: 'ask' }
const feed: AccountFeed = { is_set_up: true, problem: '', pulled_at: '2026-11-28T02:01:00Z', pushed_at: null, waiting: 2, unsent: 0, refused: 0, refusals: [] }

const stubs = { AppDialog: { props: ['title'], template: '<div role="dialog"><slot /></div>' }, 'el-button': { props: ['disabled'], template: '<button type="button" :disabled="disabled"><slot /></button>' } }

async function show() {
  const view = mount(AccountDifferencesView, { global: { stubs } })
  await flushPromises()
  const press = async (text: string) => {
    await view.findAll('button').find((button) => button.text() === text)!.trigger('click')
    await flushPromises()
  }
  return { view, press }
}

describe('what differs from the customer system', () => {
  beforeEach(() => {
    vi.clearAllMocks()
    vi.mocked(readFeed).mockResolvedValue(feed)
    vi.mocked(listDifferences).mockResolvedValue({ items: [one, holder], next: null })
    vi.mocked(decideDifference).mockResolvedValue({ ...one, decision: 'hall' })
  })

  it('says what was done at once, and what a button would change', () => {
    expect(tellStanding(one).text).toBe('两边都改了，已先用主系统的')
    expect([tellButton(one, 'master'), tellButton(one, 'hall')]).toEqual(['就用主系统的', '改用本厅的'])
    expect([tellButton(holder, 'master'), tellButton(holder, 'hall')]).toEqual(['用主系统的', '用本厅的'])
    expect(tellStanding({ ...one, decision: 'gone' }).text).toBe('两边已经一样')
  })

  it('says why nothing is there', () => {
    expect([tellEmpty(true, feed), tellEmpty(false, feed)]).toEqual(['两边都对上了，没有要处理的。', '还没有处理过的。'])
    expect(tellEmpty(true, { ...feed, is_set_up: false })).toContain('用不上')
  })

  it('tells where the stars hide just what differs', () => {
    expect([looksAlike(holder), looksAlike({ ...holder, theirs: holder.ours }), looksAlike({ ...one, theirs: one.ours })]).toEqual([false, true, false])
  })

  it('names the figure and its month where it is not the account that was refused', () => {
    expect(tellRefused({ direction: 'in', subject: '' })).toBe('')
    expect(tellRefused({ direction: 'bill', subject: '2026-03' })).toBe('2026-03 账单，')
    expect(tellRefused({ direction: 'balance', subject: '' })).toBe('余额，')
    expect(tellRefused({ direction: 'invoice', subject: '26312000000012345678' })).toBe('26312000000012345678 发票，')
  })

  it('asks before what cannot be taken back, and only then', () => {
    expect(tellQuestion(holder, 'master')).toContain('解绑')
    expect([tellQuestion(holder, 'hall'), tellQuestion(one, 'hall'), tellQuestion(one, 'master')]).toEqual(['', '', ''])
  })

  it('tells how the exchange goes', () => {
    expect(tellExchange({ ...feed, pulled_at: null, unsent: 1000 })).toBe('还没有收到过主系统的资料　1000 多 处改动等着送出')
  })

  it('lets one side hold and looks again', async () => {
    const { view, press } = await show()
    expect(view.text()).toContain('王会计')
    await press('改用本厅的')
    expect(decideDifference).toHaveBeenCalledWith(one, 'hall', '')
    expect(toasts.success).toHaveBeenCalledWith('已用本厅的，会送给主系统。')
    expect(listDifferences).toHaveBeenCalledTimes(2)
  })

  it('asks before a new holder is taken', async () => {
    const { view, press } = await show()
    await press('用主系统的')
    expect(decideDifference).not.toHaveBeenCalled()
    expect(view.get('[role=dialog]').text()).toContain('解绑')
    await press('再核对一下')
    expect(view.find('[role=dialog]').exists()).toBe(false)
    await press('用主系统的')
    await press('确定用主系统的')
    expect(decideDifference).toHaveBeenCalledWith(holder, 'master', '')
  })

  it('takes a mended name for a reason, and tells that no binding ended', async () => {
    const { view, press } = await show()
    await press('只改名字')
    const dialog = view.get('[role=dialog]')
    const send = dialog.findAll('button').find((button) => button.text() === '只改名字')!
    expect([dialog.text().includes('绑定这一户的人都不动'), send.attributes('disabled')]).toEqual([true, ''])
    await dialog.get('form').trigger('submit')
    expect(decideDifference).not.toHaveBeenCalled()
    await dialog.get('input').setValue(' 主系统改了错别字 ')
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(decideDifference).toHaveBeenCalledWith(holder, 'renamed', '主系统改了错别字')
    expect(toasts.success).toHaveBeenCalledWith('名字改好了，绑定没有动。')
    expect(view.find('[role=dialog]').exists()).toBe(false)
  })

  it('keeps what was written where a mended name is refused', async () => {
    const { view, press } = await show()
    vi.mocked(decideDifference).mockRejectedValueOnce(new Problem(422, { code: 'difference_not_taken', title: '写不进：', fields: { holder: '不像只改了名字。' } }))
    await press('只改名字')
    await view.get('[role=dialog] input').setValue('改了错别字')
    await view.get('[role=dialog] form').trigger('submit')
    await flushPromises()
    expect(toasts.error).toHaveBeenCalledWith('写不进：不像只改了名字。')
    expect(view.get<HTMLInputElement>('[role=dialog] input').element.value).toBe('改了错别字')
  })

  it('offers a mended name only for a holder whose bindings stand', () => {
    expect([mayBeRenamed(holder), mayBeRenamed({ ...holder, side: 'master' }), mayBeRenamed({ ...holder, decision: 'hall' }), mayBeRenamed(one)]).toEqual([true, false, false, false])
    expect(tellStanding({ ...holder, decision: 'renamed' }).text).toBe('只改了名字，绑定没有动')
    expect(tellQuestion(holder, 'master')).toContain('只改名字')
  })

  it('says why a value cannot be taken, and reads anew where a colleague was faster', async () => {
    const { press } = await show()
    vi.mocked(decideDifference).mockRejectedValueOnce(new Problem(422, { code: 'difference_not_taken', title: '写不进：', fields: { address: '已有别的户号。' } }))
    await press('改用本厅的')
    expect(toasts.error).toHaveBeenCalledWith('写不进：已有别的户号。')
    expect(listDifferences).toHaveBeenCalledTimes(1)
    vi.mocked(decideDifference).mockRejectedValueOnce(new Problem(409, { code: 'changed_meanwhile', title: '别人改过了' }))
    await press('改用本厅的')
    expect(listDifferences).toHaveBeenCalledTimes(2)
  })

  it('says what is wrong with the master, which accounts were not taken, and begins again when asked', async () => {
    vi.mocked(readFeed).mockResolvedValue({
      ...feed, problem: '现在连不上主系统', refused: 1,
      refusals: [{ account_no: '361000000023', direction: 'in', subject: '', code: 'phone_wrong', text: '联系电话：电话不对', refused_at: '2026-11-28T02:00:00Z' }],
    })
    const { view, press } = await show()
    expect(view.get('.warning').text()).toBe('现在连不上主系统')
    expect(view.get('details').text()).toContain('联系电话：电话不对')
    await press('从头再对一遍')
    expect(beginAgain).not.toHaveBeenCalled()
    await press('开始')
    expect(beginAgain).toHaveBeenCalledTimes(1)
  })

  it('says that nothing waits, and shows what was decided', async () => {
    vi.mocked(listDifferences).mockResolvedValue({ items: [], next: null })
    const { view, press } = await show()
    expect(view.text()).toContain('两边都对上了')
    vi.mocked(listDifferences).mockResolvedValue({ items: [{ ...one, decision: 'hall', decided_by: '王经理', decided_at: '2026-11-28T03:00:00Z' }], next: null })
    await press('处理过的')
    expect(listDifferences).toHaveBeenLastCalledWith(false)
    expect(view.text()).toContain('用了本厅的')
    expect(view.text()).not.toContain('改用本厅的')
  })

  it('shows full values for a reason alone', async () => {
    vi.mocked(lookAtDifference).mockResolvedValue({ ours: '李小龙', theirs: '' })
    const dialog = mount(DifferenceLookDialog, { props: { one: holder }, global: { stubs } })
    await dialog.get('form').trigger('submit')
    expect(lookAtDifference).not.toHaveBeenCalled()
    await dialog.get('input[role=combobox]').setValue(' 联系客户核实 ')
    await dialog.get('form').trigger('submit')
    await flushPromises()
    expect(lookAtDifference).toHaveBeenCalledWith(holder, '联系客户核实')
    expect(dialog.text()).toContain('李小龙')
    expect(dialog.text()).toContain('没有填')
  })
})
