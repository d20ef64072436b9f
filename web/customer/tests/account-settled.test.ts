import { ref } from 'vue'
import { expect, it } from 'vitest'
import { listInvoiceLines, nameInvoice, listPaidLines, namePaid, tellInvoiceState } from '@/forms/account-settled'
import { useFolded } from '@/stores/folded'

it('a payment says what for, when and how', () => {
  const one = { what: '燃气费', months: ['2026-03', '2026-04'], paid_at: '2026-04-02T02:20:00Z', channel: 'wechat' as const, receipt_no: 'P1' }
  expect(namePaid(one)).toBe('2026年3月、2026年4月燃气费')
  expect(namePaid({ what: '改管费', months: [] })).toBe('改管费')
  expect(listPaidLines(one)).toEqual(['2026年4月2日 10:20，微信', '单号 P1'])
  expect(listPaidLines({ ...one, channel: 'counter', receipt_no: null })).toEqual(['2026年4月2日 10:20，营业厅柜台'])
})

it('an invoice says of which bill it is and whether it is still good', () => {
  const one = { kind: 'e_general' as const, month: '2026-03', invoice_no: '26312000000012345678', issued_on: '2026-04-03', buyer: '欧*', check_code: null, payment_no: null }
  expect(nameInvoice(one)).toBe('2026年3月账单，电子普通发票')
  expect(nameInvoice({ kind: 'paper_special', month: null })).toBe('纸质专用发票')
  expect(listInvoiceLines(one)).toEqual(['2026年4月3日 开', '发票号码 26312000000012345678', '抬头 欧*'])
  expect(listInvoiceLines({ ...one, buyer: null, check_code: '123456', payment_no: 'P1' }).slice(2)).toEqual(['校验码 123456', '缴费单号 P1'])
  expect([tellInvoiceState({ state: 'issued' }), tellInvoiceState({ state: 'red_flushed' })]).toEqual(['', '已红冲，这张不能再用'])
})

it('a long list is folded, but for what must be seen', () => {
  const items = ref<number[] | null>(null)
  const { shown, isFolded } = useFolded(items, (all) => all.filter((one) => one > 9).length)
  expect([shown.value, isFolded.value]).toEqual([[], false])
  items.value = [1, 2, 3, 4]
  expect([shown.value, isFolded.value]).toEqual([[1, 2, 3], true])
  items.value = [10, 11, 12, 13, 1]
  expect(shown.value).toHaveLength(4)
  isFolded.value = false
  expect([shown.value.length, isFolded.value]).toEqual([5, false])
})
