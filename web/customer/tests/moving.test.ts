import { expect, it } from 'vitest'
import { isKnownPath } from '@/platform/moving'

it('knows its screens from mistyped addresses', () => {
  for (const path of ['', '/', '/pages/home/index', '/pages/case/index?no=1', 'pages/me/index']) expect(isKnownPath(path)).toBe(true)
  for (const path of ['/pages/cases', '/no-such-page', '/pages/case/index/1']) expect(isKnownPath(path)).toBe(false)
})
