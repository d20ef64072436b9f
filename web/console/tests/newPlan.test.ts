import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { listMembers } from '@/api/lookups'
import { listPlanPlaces, makePlan } from '@/api/plans'
import NewPlanView from '@/views/NewPlanView.vue'

vi.mock('@/api/lookups')
vi.mock('@/api/plans')
vi.mock('vue-router', () => ({ useRouter: () => ({ push: () => undefined }) }))

it('says at the field and in Chinese that the last day is before the first', async () => {
  setActivePinia(createPinia())
  vi.mocked(listPlanPlaces).mockResolvedValue({ items: [] })
  vi.mocked(listMembers).mockResolvedValue({ items: [] })
  const page = mount(NewPlanView, { global: { stubs: { RouterLink: true, ElButton: { template: '<button><slot /></button>' } } } })
  await flushPromises()
  // The browser's own bubble speaks its own language, so it is kept quiet.
  expect(page.get('form').attributes('novalidate')).toBeDefined()
  await page.get('#plan-first').setValue('2999-03-02')
  await page.get('#plan-last').setValue('2999-03-01')
  const last = page.get('#plan-last')
  expect(last.element.parentElement?.querySelector('[role=alert]')?.textContent).toBe('最后一天在第一天以前，请改晚一点')
  expect(last.attributes('aria-invalid')).toBe('true')
  await page.get('form').trigger('submit')
  expect(makePlan).not.toHaveBeenCalled()
  await last.setValue('2999-03-02')
  expect(page.find('[role=alert]').exists()).toBe(false)
})
