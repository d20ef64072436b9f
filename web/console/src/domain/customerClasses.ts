import type { StaffCaseRow } from '@/api/types'

/** What the classes of customers are called; an ordinary customer has no mark. */
export const CUSTOMER_CLASSES: Record<NonNullable<StaffCaseRow['customer_class']>, string> = {
  major: '重点客户',
  risk: '风险客户',
  special: '特殊客户',
  sensitive: '敏感客户',
}
