import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { Service, Values } from '@/api/types'

const checkPlace = vi.fn()
vi.mock('@/api/services', () => ({ checkPlace: (...asked: unknown[]) => checkPlace(...asked) }))

const { usePlaceDoubts } = await import('@/forms/place-doubts')

const HOME = { region: '历下区', street: '文化路', community: '和平小区', building: '', unit: '', door: '501', note: '', point: null }
const service = (checks: boolean) =>
  ref({ key: 'new_account', checks_place: checks, form: { sections: [{ fields: [{ key: 'address', type: 'address' }] }] } } as unknown as Service)

describe('what speaks against a place', () => {
  beforeEach(() => {
    checkPlace.mockReset().mockResolvedValue({ items: [{ code: 'premises_in_arrears', text: '还有没缴清的费用。' }] })
  })

  it('is told beside the address once that is whole, and asked once', async () => {
    const values = ref<Values>({ address: { ...HOME, door: '' } })
    const doubts = usePlaceDoubts(service(true), values, () => true)
    await doubts.look()
    expect(checkPlace).not.toHaveBeenCalled()
    values.value = { address: HOME }
    await doubts.look()
    await doubts.look()
    expect(checkPlace).toHaveBeenCalledTimes(1)
    expect(doubts.notes.value).toEqual({ address: ['还有没缴清的费用。'] })
    values.value = { address: { ...HOME, door: '' } }
    await doubts.look()
    expect(doubts.notes.value).toEqual({})
  })

  it('is not asked of strangers, nor for other services', async () => {
    const values = ref<Values>({ address: HOME })
    await usePlaceDoubts(service(true), values, () => false).look()
    await usePlaceDoubts(service(false), values, () => true).look()
    expect(checkPlace).not.toHaveBeenCalled()
  })

  it('says nothing where it cannot be had', async () => {
    checkPlace.mockRejectedValue(new Error('offline'))
    const doubts = usePlaceDoubts(service(true), ref<Values>({ address: HOME }), () => true)
    await doubts.look()
    expect(doubts.notes.value).toEqual({ address: [] })
  })
})
