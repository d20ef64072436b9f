import type { CustomerClass } from '@/api/ledger'
import type { StaffCaseRow } from '@/api/types'

/** What the classes of customers are called, those whose matters come first before. */
export const CUSTOMER_CLASSES: Record<CustomerClass, string> = {
  major: '重点客户',
  risk: '风险客户',
  special: '特殊客户',
  sensitive: '敏感客户',
  general: '一般客户',
}

/** Lists that go by something else than the queue's order. */
const OWN_ORDER = ['mine', 'overdue', 'extension']

/** A complaint of these levels stands where classified customers do. */
const GRAVE = /^[23]级/

/** Whether classified customers and grave complaints stand first in a list that was `asked` for, before what is due sooner. */
export function standFirst(rows: readonly Pick<StaffCaseRow, 'customer_class' | 'mark'>[], asked: { queue?: string; sort?: string; due?: string; q?: string }): boolean {
  const isQueue = Boolean(asked.queue) && !OWN_ORDER.includes(asked.queue!)
  return isQueue && asked.sort !== 'newest' && !asked.due && !asked.q && Boolean(rows[0]?.customer_class || GRAVE.test(rows[0]?.mark ?? ''))
}

export const GAS_USES = { residential: '居民', public_service: '公共服务', commercial: '商业', industrial: '工业' }

export const LEDGER_HEADER = '户号,客户类型,客户层级,年用气量,拜访周期,上次拜访,服务内容,备注'
