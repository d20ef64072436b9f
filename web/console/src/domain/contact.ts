/** The customer's name and number in the header: masked until somebody asks with a reason. */
import type { FormField, StaffCaseRow, StaffCaseView, Values } from '@/api/types'

// A part of a business has a short name, as 收费, 开户, 置换通气; a long one is that business over again (居民零散客户安装).
const LONGEST_PART = 4

/** What a line of a list is: 收费 · 居民报装 for the fee of an installation, 居民报装 for the application and its works. */
export const tellBusiness = (row: Pick<StaffCaseRow, 'service_name' | 'order_name'>): string =>
  row.order_name && row.order_name !== row.service_name && row.order_name.length <= LONGEST_PART ? `${row.order_name} · ${row.service_name}` : row.service_name

/**
 * `报修 · 李* · 尾号 8213`: enough to know a case again in a sentence about it. The number is that of the
 * application, which customer and colleagues have too.
 */
export function tellCase(view: Pick<StaffCaseView, 'application_no' | 'service_name' | 'customer'>): string {
  return [view.service_name, view.customer.name, `尾号 ${view.application_no.slice(-4)}`].filter(Boolean).join(' · ')
}

type Shown = Pick<StaffCaseView, 'customer' | 'form' | 'masked_items'>

function listContactFields(view: Shown): FormField[] {
  return view.form.sections
    .flatMap((section) => section.fields)
    .filter((field) => field.personal === 'name' || field.personal === 'phone')
}

/** The masked items that hold name or number and are not shown yet. */
export function listMaskedContact(view: Shown, revealed: Values): string[] {
  const personal = new Set(listContactFields(view).map((field) => field.key))
  return view.masked_items.filter(
    (item) => !(item in revealed) && (personal.has(item) || /(^|[._])(name|phone)$/.test(item)),
  )
}

function findRevealed(view: Shown, revealed: Values, kind: 'name' | 'phone'): string | null {
  const field = listContactFields(view).find((one) => one.personal === kind && typeof revealed[one.key] === 'string')
  if (field) return revealed[field.key] as string
  const item = Object.keys(revealed).find((key) => new RegExp(`(^|[._])${kind}$`).test(key))
  return item && typeof revealed[item] === 'string' ? (revealed[item] as string) : null
}

export function tellContact(view: Shown, revealed: Values): { name: string; phone: string } {
  return {
    name: findRevealed(view, revealed, 'name') ?? view.customer.name,
    phone: findRevealed(view, revealed, 'phone') ?? view.customer.phone,
  }
}
