import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, shallowRef } from 'vue'
import LoadingFrame from '@/components/LoadingFrame.vue'
import { type Loading, useLoading } from '@/domain/loading'

const toasts = vi.hoisted(() => ({ error: vi.fn() }))
vi.mock('element-plus/es/components/message/index', () => ({ ElMessage: toasts }))

function open(fetch: () => Promise<string[]>) {
  let list!: Loading
  const screen = mount(
    defineComponent({
      components: { LoadingFrame },
      setup() {
        const names = shallowRef<string[]>([])
        list = useLoading(fetch, (found) => (names.value = found))
        return { list, names }
      },
      template: '<LoadingFrame :of="list" :empty="!names.length && \'还没有。\'"><p class="names">{{ names.join() }}</p></LoadingFrame>',
    }),
    { global: { stubs: { ElButton: { template: '<button><slot /></button>' } } } },
  )
  return { screen, list }
}

describe('what has to be fetched first', () => {
  it('shows that it loads, then what there is', async () => {
    const { screen } = open(() => Promise.resolve(['甲', '乙']))
    expect(screen.find('[role=status]').text()).toContain('正在加载')
    await flushPromises()
    expect(screen.find('.names').text()).toBe('甲,乙')
  })
  it('says that there is nothing', async () => {
    const { screen } = open(() => Promise.resolve([]))
    await flushPromises()
    expect(screen.text()).toBe('还没有。')
  })
  it('says what went wrong, and tries again when asked', async () => {
    const fetch = vi.fn<() => Promise<string[]>>().mockRejectedValueOnce(new Error('offline')).mockResolvedValue(['甲'])
    const { screen } = open(fetch)
    await flushPromises()
    expect(screen.find('[role=alert]').exists()).toBe(true)
    await screen.find('button').trigger('click')
    await flushPromises()
    expect(screen.find('.names').text()).toBe('甲')
  })
  it('fetches anew behind what is shown, and keeps that where it fails', async () => {
    const fetch = vi.fn<() => Promise<string[]>>().mockResolvedValueOnce(['甲']).mockRejectedValue(new Error('offline'))
    const { screen, list } = open(fetch)
    await flushPromises()
    const again = list.refresh()
    await Promise.resolve()
    expect(screen.find('.names').text()).toBe('甲')
    await again
    expect(screen.find('.names').text()).toBe('甲')
    expect(toasts.error).toHaveBeenCalledOnce()
  })
  it('shows the answer to the latest question, whichever comes first', async () => {
    const answers: ((found: string[]) => void)[] = []
    const { screen, list } = open(() => new Promise((resolve) => answers.push(resolve)))
    await flushPromises()
    void list.load()
    answers[1]!(['新'])
    await flushPromises()
    answers[0]!(['旧'])
    await flushPromises()
    expect(screen.find('.names').text()).toBe('新')
  })
})
