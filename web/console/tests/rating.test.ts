import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { createRouter, createMemoryHistory } from 'vue-router'
import { getCase } from '@/api/cases'
import { Problem } from '@/api/client'
import { giveRating, inviteToRate, openRating } from '@/api/counterRating'
import type { StaffCaseView } from '@/api/types'
import ActionBar from '@/components/action/ActionBar.vue'
import { useOpenCase } from '@/stores/openCase'
import RatingView from '@/views/RatingView.vue'

vi.mock('@/api/counterRating')
vi.mock('@/api/cases')
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))

const ASKED = { name: '补卡', tags: { good: ['办得快'], bad: ['等得太久'] }, expires_in: 600 }

beforeEach(() => {
  vi.useRealTimers()
  vi.resetAllMocks()
  vi.mocked(openRating).mockResolvedValue(ASKED)
})

async function showPage(address = '/rating?t=tok') {
  const blank = { template: '<i />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/rating', name: 'rating', component: blank }] })
  await router.push(address)
  const page = mount(RatingView, { global: { plugins: [router] } })
  await flushPromises()
  return { page, router }
}

const star = (number: number) => `input[type=radio][value="${number}"]`
const press = async (page: Awaited<ReturnType<typeof showPage>>['page']) => {
  await page.get('form').trigger('submit')
  await flushPromises()
}

it('takes stars and words, thanks, and then shows nothing of anybody', async () => {
  vi.useFakeTimers()
  const close = vi.spyOn(window, 'close').mockImplementation(() => undefined)
  const { page, router } = await showPage()
  expect(page.text()).toContain('这次补卡，您满意吗')
  await press(page)
  expect(giveRating).not.toHaveBeenCalled()
  await page.get(star(5)).setValue()
  await page.get('input[type=checkbox]').setValue(true)
  await page.get('textarea').setValue(' 谢谢小王 ')
  await press(page)
  expect(vi.mocked(giveRating).mock.calls[0]![3]).toEqual({ stars: 5, tags: ['办得快'], words: '谢谢小王' })
  expect(page.text()).toContain('谢谢您的评价')
  await vi.advanceTimersByTimeAsync(6_000)
  expect(close).toHaveBeenCalledOnce()
  expect(page.text()).not.toContain('补卡')
  expect(router.currentRoute.value.query).toEqual({})
  page.unmount()
})

it('drops tags that no longer fit the stars', async () => {
  const { page } = await showPage()
  await page.get(star(4)).setValue()
  await page.get('input[type=checkbox]').setValue(true)
  await page.get(star(2)).setValue()
  await press(page)
  expect(vi.mocked(giveRating).mock.calls[0]![3]).toMatchObject({ stars: 2, tags: [] })
})

it('says the same again after a lost answer, and keeps what was chosen', async () => {
  vi.mocked(giveRating).mockRejectedValueOnce(new Problem(0, { code: 'network', title: '连不上' }))
  const { page } = await showPage()
  await page.get(star(3)).setValue()
  await press(page)
  expect(page.get('[role=alert]').text()).toBe('连不上')
  await press(page)
  const [first, second] = vi.mocked(giveRating).mock.calls
  expect(second).toEqual(first)
  expect(page.text()).toContain('谢谢您的评价')
})

it.each(['rating_over', 'rating_elsewhere', 'already_rated'])('is over after %s', async (code) => {
  vi.mocked(openRating).mockRejectedValue(new Problem(403, { code, title: '这一页已经用完' }))
  const { page, router } = await showPage()
  await flushPromises()
  expect(page.get('h1').text()).toBe('这一页已经用完')
  expect(router.currentRoute.value.query).toEqual({})
})

it('clears itself when its minutes are over, and asks nothing without a link', async () => {
  vi.useFakeTimers()
  const { page } = await showPage()
  await page.get(star(1)).setValue()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(page.find('form').exists()).toBe(false)
  expect(page.text()).toContain('已经过期')
  const empty = await showPage('/rating')
  expect(empty.page.text()).toContain('没有要评价的业务')
  expect(openRating).toHaveBeenCalledOnce()
})

it('lets staff turn the case to the customer, and goes on once it is rated', async () => {
  setActivePinia(createPinia())
  HTMLDialogElement.prototype.showModal = () => undefined
  HTMLDialogElement.prototype.close = () => undefined
  const action = {
    kind: 'complete', task: 8, step: 'rate', outcome: 'rated', name: '客户已评价', asks: [],
    unmet: { code: 'rating_missing', text: '还没有打分' }, needs_reason: false, reason_label: null, needs_corrections: false, needs_owed_documents: false, demands: [],
  }
  const view = { case_no: '1', version: 7, actions: [action], open_tasks: [], documents: [], reviews: {}, values: {}, form: { sections: [] }, changed_items: [], owed_documents: [], corrections: [] }
  const open = useOpenCase()
  open.caseNo = '1'
  open.view = view as unknown as StaffCaseView
  vi.mocked(inviteToRate).mockResolvedValue({ token: 'tok', qr_svg: '<svg/>', expires_at: '2026-11-27T03:00:00Z' })
  const shown = vi.spyOn(window, 'open').mockReturnValue(null)
  const bar = mount(ActionBar, { attachTo: document.body })
  // Not a shut button with a reason, and not one by which staff would rate themselves.
  expect(bar.get('button').text()).toBe('请客户评价')
  await bar.get('button').trigger('click')
  await flushPromises()
  await bar.get('dialog .el-button--primary').trigger('click')
  expect(shown.mock.calls[0]![0]).toBe('#/rating?t=tok')
  const rated = { ...view, version: 8, actions: [], rating: { stars: 5 } } as unknown as StaffCaseView
  vi.mocked(getCase).mockResolvedValue(rated)
  await open.check()
  await flushPromises()
  await nextTick()
  expect(bar.emitted('done')![0]).toEqual([rated, '客户已评价'])
  bar.unmount()
})
