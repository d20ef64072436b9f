/** What a photo of a card or licence says, told below it while the form is filled in: above all that its time is over. */
import { ref } from 'vue'
import { Problem } from '@/api/client'
import { readPaper } from '@/api/files'
import type { FileView, FormBody, FormField, PaperReading, Values } from '@/api/types'
import { listFields } from './formValues'

export interface PaperTold {
  id: string
  tone: 'quiet' | 'green' | 'amber'
  text: string
}

/** In staff's words; anything else that goes wrong leaves it to the eye, as always. */
const WRONG: Record<string, string> = {
  paper_expired: '这张证件过了有效期。请客户换有效的；正在换证的，先问清楚再办。',
  paper_unclear: '证件上的字看不清，请在亮处放平再拍一张，或当面看清有效期。',
  paper_not_document: '照片里没找到证件，请把整张证件拍进画面。',
}
const PARTS = ['name', 'number'] as const

/** `listMasked` names the values that are shown in part only: nothing can be held against those. */
export function usePaperReading(getForm: () => FormBody, getValues: () => Values, listMasked: () => string[]) {
  const found = ref<Record<string, PaperTold[]>>({})

  function findTarget(field: FormField, part: (typeof PARTS)[number]): FormField | undefined {
    const key = field.reads?.[part]
    return listMasked().includes(key ?? '') ? undefined : listFields(getForm(), getValues()).find((one) => one.key === key)
  }

  function write(field: FormField, reading: PaperReading): PaperTold[] {
    const told: PaperTold[] = reading.differs.flatMap((one) => {
      const target = findTarget(field, one.field)
      return target ? [{ id: one.code, tone: 'amber' as const, text: `“${target.label}”${one.text}照片上是 ${reading[one.field]}` }] : []
    })
    if (reading.valid_until) told.push({ id: 'until', tone: 'green', text: `证件在有效期内，到 ${reading.valid_until.replace(/-/g, '.')}` })
    return told
  }

  async function take(field: FormField, file: FileView): Promise<void> {
    if (!field.reads || file.kind !== 'image') return
    const put = (told: PaperTold[]) => (found.value = { ...found.value, [file.file_key]: told })
    put([{ id: 'wait', tone: 'quiet', text: '正在认证件上的字，可以接着填' }])
    const typed = Object.fromEntries(
      PARTS.flatMap((part) => {
        const value = getValues()[findTarget(field, part)?.key ?? '']
        return typeof value === 'string' && value.trim() ? [[part, value.trim()]] : []
      }),
    )
    try {
      const reading = await readPaper(file.file_key, { paper: field.reads.paper, ...typed })
      put(reading.state === 'by_hand' ? [] : write(field, reading))
    } catch (thrown) {
      const words = thrown instanceof Problem ? WRONG[thrown.code] : undefined
      put(words ? [{ id: 'wrong', tone: 'amber', text: `⚠ ${words}` }] : [])
    }
  }

  /** What is said below a field of photos, of those that are still there. */
  function tell(field: FormField): PaperTold[] {
    const kept = getValues()[field.key]
    if (!field.reads || !Array.isArray(kept)) return []
    return kept.flatMap((key, index) => {
      // Of several photos it is said which one is meant.
      const which = kept.length > 1 ? `第 ${index + 1} 份：` : ''
      return (found.value[String(key)] ?? []).map((one) => ({ ...one, id: `${String(key)}-${one.id}`, text: which + one.text }))
    })
  }

  return { take, tell }
}
