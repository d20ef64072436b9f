import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { h, nextTick, ref } from 'vue'
import { listMembers } from '@/api/lookups'
import AppDialog from '@/components/AppDialog.vue'
import HandlerPicker from '@/components/action/HandlerPicker.vue'

vi.mock('@/api/lookups')
vi.mock('@/domain/backKey', () => ({ closeOnBack: () => () => undefined }))
// jsdom knows no modal dialogs.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true
}
HTMLDialogElement.prototype.close = () => undefined
const ElButton = { template: '<button type="button"><slot /></button>' }
const focused = () => document.activeElement as HTMLInputElement
const enter = () => focused().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
let shown: ReturnType<typeof mount> | undefined
afterEach(() => shown?.unmount())

const open = (content: () => unknown) =>
  (shown = mount(AppDialog, { props: { title: '委派师傅' }, slots: { default: content as () => never }, attachTo: document.body, global: { stubs: { ElButton } } }))

const member = (username: string, presence: 'on_duty' | 'on_leave') => ({ username, name: username, presence, open_cases: 0, visits_today: [], deputy: null })

it.each([
  ['the first choice', '', 'zhang'],
  ['what is chosen', 'wang', 'wang'],
])('goes to %s once the list is there, past the box to search it, and Enter chooses', async (_what, chosen, expected) => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((one) => member(one, 'on_leave'))
  vi.mocked(listMembers).mockResolvedValue({ items: [member('zhang', 'on_duty'), member('wang', 'on_duty'), ...many] as never[] })
  const handler = ref(chosen)
  open(() => [h(HandlerPicker, { unit: '301', modelValue: handler.value, 'onUpdate:modelValue': (one: string) => (handler.value = one) }), h('button', '先不办')])
  expect(focused().textContent).toBe('先不办')
  await flushPromises()
  expect([focused().type, focused().value]).toEqual(['radio', expected])
  enter()
  expect(handler.value).toBe(expected)
})

it('goes to the first field of a form that comes late, and stays where somebody went meanwhile', async () => {
  const late = ref(false)
  const content = () => (late.value ? [h('textarea', { id: 'first' }), h('input', { id: 'second' })] : h('p', '正在加载'))
  open(content)
  late.value = true
  await flushPromises()
  expect(focused().id).toBe('first')
  shown!.unmount()

  late.value = false
  open(() => [h('input', { id: 'other' }), content()])
  focused().dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', bubbles: true }))
  shown!.get<HTMLElement>('.icon').element.focus()
  late.value = true
  await nextTick()
  await flushPromises()
  expect(focused().getAttribute('aria-label')).toBe('关闭')
})
