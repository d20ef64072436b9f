/** The documents of a case in the order of the form, then what the visit brought. */
import type { FileView, StaffCaseView } from '@/api/types'
import { isFileField, listFields, listFileKeys } from './formValues'

export interface Paper {
  file: FileView
  /** The form field it belongs to; null for a visit's photos and signature. */
  field: string | null
  label: string
}

type Shown = Pick<StaffCaseView, 'form' | 'values' | 'previous_values' | 'files' | 'visit'>

export function listPapers(view: Shown): Paper[] {
  const papers: Paper[] = []
  const seen = new Set<string>()
  const add = (file: FileView | null | undefined, field: string | null, label: string) => {
    if (!file || seen.has(file.file_key)) return
    seen.add(file.file_key)
    papers.push({ file, field, label })
  }
  for (const field of listFields(view.form, view.values).filter(isFileField)) {
    for (const key of listFileKeys(view.values[field.key])) add(view.files[key], field.key, field.label)
    // What stood there before the return, right behind what replaced it.
    for (const key of listFileKeys(view.previous_values[field.key])) add(view.files[key], field.key, `${field.label}（原来的）`)
  }
  for (const photo of view.visit.photos) add(photo, null, '现场照片')
  add(view.visit.signature, null, '客户签名')
  return papers
}
