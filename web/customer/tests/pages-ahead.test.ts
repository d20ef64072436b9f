import { expect, it } from 'vitest'
import { orderPages } from '@/platform/pages-ahead'

it('fetches the alarm first, and every page once', () => {
  const paths = orderPages()
  expect(paths[0]).toBe('../pages/alarm/index.vue')
  expect(paths).toContain('../pages/identity/face.vue')
  expect(new Set(paths).size).toBe(paths.length)
})
