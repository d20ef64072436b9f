import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { changeParameter, type Parameter, type ParameterGroup } from '@/api/parameters'
import ParameterDialog from '@/components/ParameterDialog.vue'
import { chooseValue, findUnfit, readFigure, searchParameters, tellFigure } from '@/domain/parameters'

vi.mock('@/api/parameters', () => ({ changeParameter: vi.fn(() => Promise.resolve()) }))
vi.mock('vue-router', () => ({ useRouter: () => ({ beforeEach: () => () => undefined }) }))
const sent = vi.mocked(changeParameter)

const change = { no: 2, value: 7, is_default: false, reason: '会上定的', author: 'manager1', changed_at: '2026-11-26T02:00:00Z' }
const make = (more: Partial<Parameter> = {}): Parameter => ({
  key: 'days', label: '办理', unit: '个工作日', kind: 'number', doubt: '手册看不清', default: 5, min: 0.5, max: 30, value: 5, is_own: false, no: 0, last: null, ...more,
})
const group = (name: string, ...parameters: Parameter[]): ParameterGroup => ({ key: name, name, parameters })

describe('figures', () => {
  it('read with their unit', () => {
    expect(tellFigure(1000, '立方米')).toBe('1,000 立方米')
    expect(tellFigure(0.5, '个工作日')).toBe('0.5 个工作日')
  })
  it('are read from what was typed', () => {
    expect([readFigure(' 3.5 '), readFigure(''), readFigure('三')]).toEqual([3.5, null, null])
  })
  it('go back to the default instead of being set to it', () => {
    expect([chooseValue(5, make()), chooseValue(6, make())]).toEqual([null, 6])
  })
  it('that no longer fit are told', () => {
    expect(findUnfit(make({ last: change, is_own: true }))).toBeNull()
    expect(findUnfit(make({ last: change }))).toBe(7)
    expect(findUnfit(make({ last: { ...change, is_default: true } }))).toBeNull()
  })
  it('are found by their name or the process they belong to', () => {
    const groups = [group('改造', make(), make({ key: 'b', label: '预算' })), group('通气', make())]
    expect(searchParameters(groups, '改造')).toEqual([groups[0]])
    expect(searchParameters(groups, '预算').map((one) => one.parameters.length)).toEqual([1])
    expect(searchParameters(groups, '没有')).toEqual([])
  })
})

describe('the dialog that sets one', () => {
  beforeEach(() => {
    sent.mockClear()
    HTMLDialogElement.prototype.showModal ??= () => undefined
    HTMLDialogElement.prototype.close ??= () => undefined
  })
  const open = (parameter: Parameter) => mount(ParameterDialog, { props: { group: group('改造', parameter), parameter } })

  it('asks for a reason and sends what was looked at', async () => {
    const dialog = open(make({ value: 7, is_own: true, no: 2, last: change }))
    await dialog.find('input').setValue('9')
    expect(dialog.text()).toContain('写上为什么改')
    await dialog.find('textarea').setValue('再宽两天')
    await dialog.find('form').trigger('submit')
    await flushPromises()
    expect(sent).toHaveBeenCalledWith('改造', 'days', 2, 9, '再宽两天')
    expect(dialog.emitted('saved')).toEqual([['“办理”已改为 9 个工作日。']])
  })
  it('goes back to the default', async () => {
    const dialog = open(make({ value: 7, is_own: true, no: 2, last: change }))
    await dialog.find('.link-button').trigger('click')
    await dialog.find('textarea').setValue('按手册来')
    await dialog.find('form').trigger('submit')
    await flushPromises()
    expect(sent).toHaveBeenCalledWith('改造', 'days', 2, null, '按手册来')
  })
  it('keeps back what changes nothing or is no figure', async () => {
    const dialog = open(make())
    expect(dialog.text()).toContain('和现在一样')
    await dialog.find('input').setValue('很多')
    expect(dialog.text()).toContain('填上数字')
    await dialog.find('form').trigger('submit')
    expect(sent).not.toHaveBeenCalled()
  })
})
