/** The documents of a case: drawings, those of the form, what the visit brought, and who the customer is at the end. */
import type { AvailableAction, DocumentLine, FileView, FormField, StaffCaseView, WorksDrawing } from '@/api/types'
import { isFileField, listFields, listFileKeys } from './formValues'

export interface Paper {
  file: FileView
  /** The form field it belongs to; null for a visit's photos and signature. */
  field: string | null
  label: string
  /** Handed in anew after a return; `former` is what it stands in place of; all else is `kept`. */
  state: 'kept' | 'renewed' | 'former'
  /** A card or a face: nobody is shown it who has not asked for it. */
  isIdentity: boolean
}

const isIdentityField = (field: Pick<FormField, 'personal'>) => field.personal === 'id_number' || field.personal === 'face'

type Shown = Pick<StaffCaseView, 'form' | 'values' | 'previous_values' | 'files' | 'visit'>

export function listPapers(view: Shown, drawings: readonly Pick<WorksDrawing, 'name' | 'files'>[] = []): Paper[] {
  const papers: Paper[] = []
  const seen = new Set<string>()
  const add = (file: FileView | null | undefined, field: string | null, label: string, state: Paper['state'] = 'kept', isIdentity = false) => {
    if (!file || seen.has(file.file_key)) return
    seen.add(file.file_key)
    papers.push({ file, field, label, state, isIdentity })
  }
  for (const drawing of drawings) for (const file of drawing.files) add(file, null, drawing.name)
  for (const field of listFields(view.form, view.values).filter(isFileField)) {
    const before = listFileKeys(view.previous_values[field.key])
    const state = (key: string) => (before.length && !before.includes(key) ? 'renewed' : 'kept')
    for (const key of listFileKeys(view.values[field.key])) add(view.files[key], field.key, field.label, state(key), isIdentityField(field))
    // What stood there before the return, right behind what replaced it.
    for (const key of before) add(view.files[key], field.key, `${field.label}（原来的）`, 'former', isIdentityField(field))
  }
  for (const photo of view.visit.photos) add(photo, null, '现场照片')
  add(view.visit.signature, null, '客户签名')
  return [...papers.filter((one) => !one.isIdentity), ...papers.filter((one) => one.isIdentity)]
}

/** What stands before a paper that came anew, and the other way round, so that both are seen at once: [former, renewed]. */
export function findPair(papers: readonly Paper[], paper: Paper): [Paper, Paper] | null {
  const of = (state: Paper['state']) => papers.filter((one) => one.field === paper.field && one.state === state)
  const formers = of('former')
  const renewed = of('renewed')
  if (paper.state === 'kept' || !formers.length || !renewed.length) return null
  const at = (paper.state === 'former' ? formers : renewed).indexOf(paper)
  return [formers[at] ?? formers[0]!, renewed[at] ?? renewed[0]!]
}

/**
 * Whether its row leads to the glass. Where a button of the same step asks for the customer's signature anyway, that is
 * the one way: the same glass still lies behind the form itself, for who has begun there.
 */
export function offersSigning(line: Pick<DocumentLine, 'task' | 'may_sign' | 'own_unsigned'>, actions: readonly Pick<AvailableAction, 'task' | 'asks'>[]): boolean {
  if (!line.may_sign || line.own_unsigned.length) return line.may_sign
  return !actions.some((action) => action.task === line.task && action.asks.includes('signature'))
}

/** What came of an objection to a paper, in a few words. */
export function tellSettled(one: Pick<StaffCaseView['objections_settled'][number], 'way' | 'answer'>): string {
  const answer = one.answer ? `已答复：${one.answer}` : ''
  if (one.way === 'signed') return [answer, '客户后来签了字'].filter(Boolean).join('；')
  return answer || '单据已重新填写，客户看得到新旧对照'
}

/** A form that was filled in and that a later step offers once more, begun with what it says. */
export interface OfferedLine {
  line: DocumentLine
  /** Where more of it is written down; null where there is nothing more. */
  again: DocumentLine | null
}

/** Without the empty form beside its filled one, which read as if nothing had been written down yet. */
export function joinOffered(lines: readonly DocumentLine[]): OfferedLine[] {
  const isOffered = (line: DocumentLine) => line.state === 'to_fill' && !line.needed
  const filled = (name: string) => lines.find((line) => line.name === name && line.state === 'filled')
  return lines
    .filter((line) => !isOffered(line) || !filled(line.name))
    .map((line) => {
      const again = filled(line.name) === line ? lines.find((one) => one.name === line.name && isOffered(one) && one.may_fill) : undefined
      return { line, again: again ?? null }
    })
}
