import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { listReasons } from '@/api/lookups'
import type { ReturnReason } from '@/api/types'
import ReasonInput from '@/components/ReasonInput.vue'
import { moveKey, tellFields } from '@/domain/reasons'
import { useReasons } from '@/stores/reasons'

vi.mock('@/api/lookups', () => ({ listReasons: vi.fn() }))
const asked = vi.mocked(listReasons)
const reason = (kind: ReturnReason['kind'], text: string, field_types: ReturnReason['field_types'] = []): ReturnReason => ({
  key: text,
  kind,
  text,
  field_types,
  position: 10,
  is_active: true,
})

describe('the order of reasons', () => {
  it('changes by one place, and not beyond an end', () => {
    expect(moveKey(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c'])
    expect(moveKey(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b'])
    expect(moveKey(['a', 'b'], 'a', -1)).toEqual(['a', 'b'])
    expect(moveKey(['a', 'b'], 'x', 1)).toEqual(['a', 'b'])
  })
  it('says for which fields one is', () => {
    expect(tellFields(reason('return', '看不清', ['photos', 'documents']))).toBe('照片、材料')
    expect(tellFields(reason('return', '不符'))).toBe('都可以')
  })
})

describe('the store of reasons', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    asked.mockReset()
  })
  it('reads each kind once, and again after a change or a fault', async () => {
    const store = useReasons()
    asked.mockRejectedValueOnce(new Error('offline'))
    await store.load('end')
    expect(store.listFor('end')).toEqual([])
    asked.mockImplementation(async (kind) => ({ items: [reason(kind, `${kind} 的原因`)] }))
    await Promise.all([store.load('end'), store.load('end'), store.load('other')])
    expect(store.listFor('end')).toEqual(['end 的原因'])
    expect(asked.mock.calls.map(([kind]) => kind)).toEqual(['end', 'end', 'other'])
    store.forget('end')
    await store.load('end')
    expect(asked).toHaveBeenCalledTimes(4)
  })
  it('gives a field what suits its type', async () => {
    const store = useReasons()
    asked.mockResolvedValue({ items: [reason('return', '照片看不清', ['photos']), reason('return', '情况不符')] })
    await store.load('return')
    expect(store.listFor('return', 'phone')).toEqual(['情况不符'])
    expect(store.listFor('return', 'photos')).toEqual(['照片看不清', '情况不符'])
  })
})

describe('the box of a reason', () => {
  /** Press Enter in a box around which a form waits to be sent; returns whether it would be sent. */
  function pressEnter(words: string, times = 1): boolean {
    const box = mount(ReasonInput, { props: { reasons: ['看不清'], label: '原因', modelValue: '' }, attachTo: document.body })
    const input = box.get('input')
    input.element.value = words
    void input.trigger('input')
    let sends = false
    for (let time = 0; time < times; time += 1) {
      sends = input.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, bubbles: true }))
    }
    box.unmount()
    return sends
  }
  it('ends the words with the first Enter, and lets the second one send', () => {
    expect(pressEnter('自己写的')).toBe(false)
    expect(pressEnter('自己写的', 2)).toBe(true)
  })
})
