import { describe, expect, it } from 'vitest'
import type { FormField, FormSection } from '@/api/types'
import { isOwn, makeField, moveField, NEW_TYPES, nextValue, tellDoubt } from '@/domain/formEditing'

const field = (key: string): FormField => ({ key, label: key, type: 'text', personal: 'none', max_length: 9 })
const SECTIONS: FormSection[] = [
  { key: 'a', title: '甲', fields: [field('one'), field('two')] },
  { key: 'b', title: '乙', fields: [field('three')] },
]
const keys = (sections: FormSection[]) => sections.map((section) => section.fields.map((one) => one.key).join())

describe('a form that is changed', () => {
  it('moves a field within its section and over its edge, and leaves the rest alone', () => {
    expect(keys(moveField(SECTIONS, 'two', -1))).toEqual(['two,one', 'three'])
    expect(keys(moveField(SECTIONS, 'two', 1))).toEqual(['one', 'two,three'])
    expect(keys(moveField(SECTIONS, 'three', -1))).toEqual(['one,two,three', ''])
    expect(keys(moveField(SECTIONS, 'one', -1))).toEqual(['one,two', 'three'])
    expect(keys(moveField(SECTIONS, 'three', 1))).toEqual(['one,two', 'three'])
    expect(keys(SECTIONS)).toEqual(['one,two', 'three'])
  })

  it('adds fields that have all their type needs', () => {
    for (const type of NEW_TYPES) {
      const made = makeField(type, 'x1')
      expect(isOwn(made)).toBe(true)
      if (type === 'choice') expect(made.options).toHaveLength(2)
      if (type === 'text') expect(made.max_length).toBeGreaterThan(0)
      if (type === 'phone') expect(made.personal).toBe('phone')
    }
  })

  it('gives a new option a value that no other has', () => {
    expect(nextValue(['one', 'own_2'])).toBe('own_3')
    expect(nextValue([])).toBe('own_1')
  })

  it('says what the paper left in doubt', () => {
    expect(tellDoubt({ doubt: { kind: 'lost', note: '此处破损' } })).toBe('原文缺失：此处破损')
    expect(tellDoubt({})).toBe('')
  })
})
