// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { createRouter, createWebHashHistory } from 'vue-router'
import { closeOnBack, guardBack } from '@/domain/backKey'

const page = { template: '<p />' }
const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach((end) => end()))

async function open() {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [{ path: '/', component: page }, { path: '/visit', component: page }, { path: '/sign-in', component: page }],
  })
  guardBack(router)
  await router.push('/')
  await router.push('/visit')
  return router
}

/** jsdom goes back in its own time. */
const goBack = async () => {
  const gone = new Promise((settle) => window.addEventListener('popstate', settle, { once: true }))
  history.back()
  await gone
  await new Promise((settle) => setTimeout(settle, 20))
}

it('closes the dialog on top and stays on the page', async () => {
  const router = await open()
  const lower = vi.fn()
  const upper = vi.fn()
  ends.push(closeOnBack(lower), closeOnBack(upper))
  await goBack()
  expect(upper).toHaveBeenCalledOnce()
  expect(lower).not.toHaveBeenCalled()
  expect(router.currentRoute.value.path).toBe('/visit')
})

it('leaves the page where no dialog is open', async () => {
  const router = await open()
  closeOnBack(vi.fn())()
  await goBack()
  expect(router.currentRoute.value.path).toBe('/')
})

it('holds up nobody who goes elsewhere by another way', async () => {
  const router = await open()
  const close = vi.fn()
  ends.push(closeOnBack(close))
  await router.push('/sign-in')
  expect(router.currentRoute.value.path).toBe('/sign-in')
  expect(close).not.toHaveBeenCalled()
})
