/** Where a review stands: which items are passed, which rejected and why, and which nobody has looked at. */
import type { FormField, ReviewMark, ReviewMarks, StaffCaseView } from '@/api/types'
import { isEmpty, listFields } from './formValues'
import type { Question } from './visits'

export interface ReviewItem {
  field: FormField
  /** null: not looked at. At a second review an unchanged item counts as passed the first time. */
  mark: ReviewMark | null
  changed: boolean
  owed: boolean
}

export interface ReviewSummary {
  passed: number
  rejected: { item: string; label: string; reason: string }[]
  open: number
  total: number
}

type Reviewed = Pick<StaffCaseView, 'form' | 'values' | 'changed_items' | 'owed_documents' | 'corrections'>

/** True once something was returned and mended: only what changed has to be looked at again. */
export function isSecondReview(view: Reviewed): boolean {
  return view.changed_items.length > 0
}

export function listReviewItems(view: Reviewed, marks: ReviewMarks): ReviewItem[] {
  const second = isSecondReview(view)
  const changed = new Set(view.changed_items)
  const owed = new Set(view.owed_documents.map((document) => document.key))
  const pending = new Set(view.corrections.filter((one) => !one.resolved).map((one) => one.item))
  return listFields(view.form, view.values)
    .filter((field) => field.required || !isEmpty(view.values[field.key]) || changed.has(field.key))
    .map((field) => {
      const settled = second && !changed.has(field.key) && !pending.has(field.key)
      return {
        field,
        mark: marks[field.key] ?? (settled ? { verdict: 'pass' as const, reason: '' } : null),
        changed: changed.has(field.key),
        owed: owed.has(field.key),
      }
    })
}

/** The names of what was returned before, and which nobody has marked since it was mended. */
export function listUnmarkedReturns(items: readonly ReviewItem[], corrections: Reviewed['corrections']): string[] {
  const returned = new Set(corrections.map((one) => one.item))
  return items.filter((item) => !item.mark && !item.owed && returned.has(item.field.key)).map((item) => item.field.label)
}

type Owing = Pick<StaffCaseView, 'form' | 'values' | 'may_be_owed' | 'owed_documents'>

/** The documents that may be owed, are missing and are not owed. */
export function listMissing(view: Owing): FormField[] {
  const owable = new Set(view.may_be_owed)
  for (const document of view.owed_documents) owable.delete(document.key)
  return listFields(view.form, view.values).filter((field) => owable.has(field.key) && isEmpty(view.values[field.key]))
}

/** Their names: a plain passing never asks for them again. */
export const listMissingPapers = (view: Owing): string[] => listMissing(view).map((field) => field.label)

const quote = (names: readonly string[]) => names.map((name) => `“${name}”`).join('、')

/** What to ask once before a passing, given what nobody has looked at and what would never be asked for again; else null. */
export function askBeforePassing(unmarked: readonly string[], missing: readonly string[], owing: string): Question | null {
  const unseen = unmarked.length ? `退回过的${quote(unmarked)}还没有看过标记，确定通过？` : ''
  const note = missing.length ? `${quote(missing)}客户还没有交。直接通过，以后就不再要了；要客户以后补交，请改按“${owing}”。` : ''
  if (unseen) return { title: '退回过的还没有看', text: unseen, note, no: '回去看', yes: '确定通过' }
  return note ? { title: '有资料还没有交', text: note, note: '', no: '先不', yes: '确定通过' } : null
}

export function summarise(items: readonly ReviewItem[]): ReviewSummary {
  const rejected = items
    .filter((item) => item.mark?.verdict === 'reject')
    .map((item) => ({ item: item.field.key, label: item.field.label, reason: item.mark!.reason }))
  return {
    passed: items.filter((item) => item.mark?.verdict === 'pass').length,
    rejected,
    open: items.filter((item) => !item.mark).length,
    total: items.length,
  }
}

/** Marks with every item passed that nobody has looked at yet. */
export function passTheRest(items: readonly ReviewItem[], marks: ReviewMarks): ReviewMarks {
  const filled: ReviewMarks = { ...marks }
  for (const item of items) {
    if (!item.mark && !item.owed) filled[item.field.key] = { verdict: 'pass', reason: '' }
  }
  return filled
}

/** Marks after somebody set, changed or (by the same verdict again) took back a verdict. */
export function toggleMark(marks: ReviewMarks, item: string, verdict: ReviewMark['verdict'], reason = ''): ReviewMarks {
  const held = marks[item]
  const next: ReviewMarks = { ...marks }
  if (held?.verdict === verdict && held.reason === reason) delete next[item]
  else next[item] = { verdict, reason }
  return next
}
