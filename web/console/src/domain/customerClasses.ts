import type { CustomerClass } from '@/api/ledger'

/** What the classes of customers are called, those whose matters come first before. */
export const CUSTOMER_CLASSES: Record<CustomerClass, string> = {
  major: '重点客户',
  risk: '风险客户',
  special: '特殊客户',
  sensitive: '敏感客户',
  general: '一般客户',
}

export const GAS_USES = { residential: '居民', public_service: '公共服务', commercial: '商业', industrial: '工业' }

export const LEDGER_HEADER = '户号,客户类型,客户层级,年用气量,拜访周期,上次拜访,服务内容,备注'
