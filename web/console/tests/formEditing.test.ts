import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { FormColumn, FormField, FormSection } from '@/api/types'
import TableColumns from '@/components/formEditing/TableColumns.vue'
import { listColumnTypes, makeField, moveColumn, moveField, nameDemand, NEW_TYPES, nextValue, takesUsual, tellDoubt } from '@/domain/formEditing'

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
      expect(made.key).toBe('own_x1')
      if (type === 'choice') expect(made.options).toHaveLength(2)
      if (type === 'text') expect(made.max_length).toBeGreaterThan(0)
      if (type === 'phone') expect(made.personal).toBe('phone')
    }
  })

  it('takes a usual answer where it is nobody\'s own', () => {
    expect(takesUsual({ type: 'number', personal: 'none' })).toBe(true)
    expect(takesUsual({ type: 'text', personal: 'name' })).toBe(false)
    expect(takesUsual({ type: 'date', personal: 'none' })).toBe(false)
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

describe('the columns of a table', () => {
  const columns: FormColumn[] = ['one', 'two', 'three'].map((key) => field(key) as FormColumn)
  const table: FormField = { key: 'devices', label: '设备', type: 'table', personal: 'none', max_rows: 5, columns }
  const show = (now: FormColumn[], faults: Record<string, string> = {}) => mount(TableColumns, { props: { table: { ...table, columns: now }, was: columns, faults }, global: { stubs: { ElButton: { template: '<button><slot /></button>' } } } })
  const sent = (shown: ReturnType<typeof show>) => (shown.emitted('change')!.at(-1)![0] as FormColumn[]).map((one) => one.key)

  it('move by one place and stay at an edge', () => {
    expect(moveColumn(columns, 'two', 1).map((one) => one.key)).toEqual(['one', 'three', 'two'])
    expect(moveColumn(columns, 'one', -1).map((one) => one.key)).toEqual(['one', 'two', 'three'])
  })
  it('take personal data only where the table holds some', () => {
    expect(listColumnTypes(table)).not.toContain('phone')
    expect(listColumnTypes({ personal: 'several' })).toContain('phone')
    expect(listColumnTypes({ personal: 'several' })).not.toContain('photos')
  })
  it('are renamed, moved, added and retired one by one', async () => {
    const shown = show(columns)
    await shown.find('input[aria-label="设备的列名"]').setValue('新名')
    expect((shown.emitted('change')!.at(-1)![0] as FormColumn[]).map((one) => one.label)).toEqual(['新名', 'two', 'three'])
    await shown.find('[aria-label="设备的列“one”：往后排"]').trigger('click')
    expect(sent(shown)).toEqual(['two', 'one', 'three'])
    await shown.find('[aria-label="设备的列“two”：停用"]').trigger('click')
    expect(sent(shown)).toEqual(['one', 'three'])
    await shown.find('[aria-label="设备：加一列"]').trigger('click')
    expect(sent(shown).at(-1)).toMatch(/^own_/)
  })
  it('come back when they were retired by mistake, and tell what is wrong with one', async () => {
    const shown = show([columns[0]!, columns[2]!], { 'devices.three': '这一列的名称不能空着。' })
    expect(shown.text()).toContain('停用了“two”这一列')
    expect(shown.find('[role=alert]').text()).toContain('名称不能空着')
    await shown.find('[aria-label="恢复设备的列“two”"]').trigger('click')
    expect(sent(shown)).toEqual(['one', 'three', 'two'])
  })
})

it('says of what may be handed in later that it has to come, and may come later', () => {
  expect(nameDemand({ type: 'photos', may_be_owed: true }).name).toBe('必交，可后补')
  expect(nameDemand({ type: 'photos' }).name).toBe('必交')
  expect(nameDemand({ type: 'text' }).name).toBe('必填')
})
