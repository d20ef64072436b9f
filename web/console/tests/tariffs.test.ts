import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { addTariff, type Tariff } from '@/api/tariffs'
import TariffDialog from '@/components/TariffDialog.vue'
import { composeEntry, findLacking, readLimit, readPrice, tellLimit, tellPrice, tellState, type TypedTariff } from '@/domain/tariffs'

vi.mock('@/api/tariffs', () => ({ addTariff: vi.fn(() => Promise.resolve()) }))
vi.mock('@/api/lookups', () => ({ listUnits: vi.fn(() => Promise.resolve({ items: [{ code: '361', name: '历下所' }] })) }))
vi.mock('vue-router', () => ({ useRouter: () => ({ beforeEach: () => () => undefined }) }))
const sent = vi.mocked(addTariff)

const TODAY = '2026-11-26'
const full: TypedTariff = { unit: '361', day: '2026-12-01', month: 1, first: '216', second: '360', prices: ['2.63', '3.16', '3.955'], byMonths: false, reason: '发改委文件' }
const holding: Tariff = {
  id: 1, unit_code: '361', unit_name: '历下所', effective_on: '2026-01-01', year_month: 1, first_until_m3: '216.00', second_until_m3: '360.00',
  first_fen: '263.00', second_fen: '316.00', third_fen: '395.50', is_by_months: false, reason: '文件', holds: true, entered_by: '王', entered_at: '2026-01-01T00:00:00Z',
}

describe('prices', () => {
  it('stand in yuan and go in fen, without a floating number', () => {
    expect(['263.00', '395.50', '5.00', '1200.05'].map(tellPrice)).toEqual(['2.63', '3.955', '0.05', '12.0005'])
    expect(['2.63', '３.955 元', '0.05', '12.0005', '3'].map(readPrice)).toEqual(['263', '395.50', '5', '1200.05', '300'])
    expect(['', '-1', '2.63333', 'NaN', '1e3'].map(readPrice)).toEqual([null, null, null, null, null])
  })

  it('have limits in cubic metres', () => {
    expect([readLimit(' 216 '), readLimit('2.555'), readLimit('')]).toEqual(['216', null, null])
    expect([tellLimit('216.00'), tellLimit('216.50'), tellLimit('200')]).toEqual(['216', '216.5', '200'])
  })
})

describe('what is entered', () => {
  it.each([
    [{ unit: '' }, '选一个单位'],
    [{ day: '2026-11-25' }, '生效日不能早于今天'],
    [{ second: '216' }, '第二档的上限要大于第一档的'],
    [{ prices: ['2.63', '2.6', '3.9'] as [string, string, string] }, '后一档不能比前一档便宜'],
    [{ prices: ['2.63', '', '3.9'] as [string, string, string] }, '填上三档的单价，最多四位小数'],
    [{ reason: ' ' }, '写上依据'],
  ])('%o is held up', (change, told) => {
    expect(findLacking({ ...full, ...change }, TODAY)).toBe(told)
  })

  it('goes as it was typed', () => {
    expect(findLacking(full, TODAY)).toBeNull()
    expect(composeEntry(full)).toMatchObject({ first_until_m3: '216', first_fen: '263', third_fen: '395.50', effective_on: '2026-12-01' })
  })

  it('is told as what holds, comes or is over', () => {
    expect(tellState(holding, TODAY).text).toBe('现在用')
    expect(tellState({ holds: false, effective_on: '2026-12-01' }, TODAY).text).toBe('还没生效')
    expect(tellState({ holds: false, effective_on: '2026-01-01' }, TODAY).text).toBe('不再用')
  })
})

describe('the dialog', () => {
  beforeEach(() => {
    sent.mockClear()
    HTMLDialogElement.prototype.showModal ??= () => undefined
    HTMLDialogElement.prototype.close ??= () => undefined
  })

  it('begins from the prices of now and asks for a day and the grounds', async () => {
    const dialog = mount(TariffDialog, { props: { from: holding } })
    await flushPromises()
    expect((dialog.find('[aria-label="第三档单价，元每立方米"]').element as HTMLInputElement).value).toBe('3.955')
    await dialog.find('form').trigger('submit')
    expect(sent).not.toHaveBeenCalled()
    await dialog.find('#tariff-day').setValue('2099-01-01')
    await dialog.find('#tariff-reason').setValue('发改委文件')
    await dialog.find('form').trigger('submit')
    await flushPromises()
    expect(sent).toHaveBeenCalledWith(expect.objectContaining({ unit_code: '361', effective_on: '2099-01-01', third_fen: '395.50' }))
    expect(dialog.emitted('saved')).toHaveLength(1)
  })
})
