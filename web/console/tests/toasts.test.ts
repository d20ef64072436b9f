import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { toasts, useBar } from '@/domain/toasts'

const Page = defineComponent(() => {
  const bar = ref<HTMLElement>()
  useBar(bar)
  return () => h('footer', { ref: bar })
})

describe('short messages on a phone', () => {
  afterEach(() => vi.restoreAllMocks())

  it('stand above the buttons of the page, however high these are', () => {
    vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(240)
    window.innerWidth = 390
    const page = mount(Page)
    expect(toasts.value).toEqual({ placement: 'bottom-left', offset: 252 })
    page.unmount()
    expect(toasts.value.offset).toBe(132)
  })
})
