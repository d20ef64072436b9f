import { describe, expect, it } from 'vitest'
import vectors from '../../../tests/vectors/conditions.json'
import type { Condition, Values } from '@/api/types'
import { ConditionMalformed, evaluate } from '@/forms/conditions'

describe('the clients and the server read conditions alike', () => {
  it('agrees with every vector', () => {
    const wrong = vectors.filter((one) => evaluate(one.condition as Condition, one.data as unknown as Values) !== one.holds)
    expect(wrong).toEqual([])
  })

  it('refuses what is not of the closed form', () => {
    expect(() => evaluate({ field: 'a', op: 'like' } as unknown as Condition, {})).toThrow(ConditionMalformed)
  })
})
