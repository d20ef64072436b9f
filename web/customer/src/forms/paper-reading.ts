import { ref } from 'vue'
import { readPaper } from '@/api/papers'
import { Problem } from '@/api/problem'
import type { FileView, FormBody, FormField, PaperReading, Value, Values } from '@/api/types'
import { isAsked, isBlank, listFields } from './visibility'

/** What became of one photo of a paper: being read, read, or no such paper. */
export interface Found {
  fileKey: string
  state: 'reading' | 'read' | 'wrong'
  /** Why it will not do, in the server's words. */
  words: string
  reading: PaperReading | null
  /** The fields that it filled. */
  filled: string[]
}

/** What is said below the photos. `offer` is what the paper has in place of what was typed: taken over at a tap only. */
export interface PaperTold {
  id: string
  tone: 'wait' | 'good' | 'doubt' | 'wrong'
  text: string
  offer?: { key: string; value: string; label: string }
}

const PARTS = ['name', 'number'] as const
/** Whatever else goes wrong, people type as they always did. */
const WORTH_TELLING = ['paper_not_document', 'paper_unclear', 'paper_expired']

/**
 * The photos of papers in a form that is being filled in. What is read fills what is still blank, for the customer to
 * look over, and never replaces what was typed. `mayChange` tells which fields are open to it.
 */
export function usePaperReading(
  getForm: () => FormBody | null,
  getValues: () => Values,
  change: (key: string, value: Value) => void,
  mayChange: (key: string) => boolean = () => true,
) {
  const found = ref<Record<string, Found[]>>({})

  function put(key: string, one: Found): void {
    const others = (found.value[key] ?? []).filter((other) => other.fileKey !== one.fileKey)
    found.value = { ...found.value, [key]: [...others, one] }
  }

  function forget(key: string, fileKey: string): void {
    found.value = { ...found.value, [key]: (found.value[key] ?? []).filter((one) => one.fileKey !== fileKey) }
  }

  function listTargets(field: FormField): { part: (typeof PARTS)[number]; target: FormField }[] {
    const fields = getForm() ? listFields(getForm()!) : []
    return PARTS.flatMap((part) => {
      const target = fields.find((one) => one.key === field.reads?.[part])
      return target && isAsked(target, getValues()) ? [{ part, target }] : []
    })
  }

  async function take(key: string, file: FileView): Promise<void> {
    const form = getForm()
    const field = form && listFields(form).find((one) => one.key === key)
    if (!field?.reads || file.kind !== 'image') return
    const blank: Found = { fileKey: file.file_key, state: 'reading', words: '', reading: null, filled: [] }
    put(key, blank)
    const typed = Object.fromEntries(
      listTargets(field).flatMap(({ part, target }) => {
        const value = getValues()[target.key]
        return typeof value === 'string' && value.trim() ? [[part, value.trim()]] : []
      }),
    )
    try {
      const reading = await readPaper(file.file_key, { paper: field.reads.paper, ...typed })
      if (reading.state === 'by_hand') return forget(key, file.file_key)
      put(key, { ...blank, state: 'read', reading, filled: fill(field, reading) })
    } catch (thrown) {
      if (thrown instanceof Problem && WORTH_TELLING.includes(thrown.code)) put(key, { ...blank, state: 'wrong', words: thrown.title })
      else forget(key, file.file_key)
    }
  }

  function fill(field: FormField, reading: PaperReading): string[] {
    const filled: string[] = []
    for (const { part, target } of listTargets(field)) {
      // Looked at now, and not when the photo was sent: somebody may have typed meanwhile.
      if (!reading[part] || !isBlank(getValues()[target.key]) || !mayChange(target.key)) continue
      change(target.key, reading[part])
      filled.push(target.key)
    }
    return filled
  }

  /** What is said below each field of photos, as things stand now. */
  function tell(): Record<string, PaperTold[]> {
    const form = getForm()
    if (!form) return {}
    return Object.fromEntries(
      listFields(form)
        .filter((field) => field.reads)
        .map((field) => [field.key, tellField(field)]),
    )
  }

  function tellField(field: FormField): PaperTold[] {
    const kept = getValues()[field.key]
    const keys = Array.isArray(kept) ? (kept as string[]) : []
    const here = (found.value[field.key] ?? []).filter((one) => keys.includes(one.fileKey))
    // Of several photos it is said which one is meant: the same words twice would help nobody.
    const which = (fileKey: string): string => (keys.length > 1 ? `第 ${keys.indexOf(fileKey) + 1} 张：` : '')
    return here.flatMap((one) => tellOne(field, one).map((told) => (told.tone === 'wrong' || told.tone === 'wait' ? { ...told, text: which(one.fileKey) + told.text } : told)))
  }

  function tellOne(field: FormField, one: Found): PaperTold[] {
    if (one.state === 'reading') return [{ id: one.fileKey, tone: 'wait', text: '正在认证件上的字，您可以接着填' }]
    if (one.state === 'wrong' || !one.reading) return [{ id: one.fileKey, tone: 'wrong', text: one.words }]
    const reading = one.reading
    const told: PaperTold[] = []
    const kept = listTargets(field).filter(({ part, target }) => one.filled.includes(target.key) && getValues()[target.key] === reading[part])
    if (kept.length) told.push({ id: `${one.fileKey}-filled`, tone: 'good', text: `已照证件填上${kept.map(({ target }) => target.label).join('、')}，请核对一遍` })
    for (const { part, target } of listTargets(field)) {
      const differing = reading.differs.find((each) => each.field === part)
      if (!differing || isSame(getValues()[target.key], reading[part])) continue
      told.push({
        id: `${one.fileKey}-${part}`,
        tone: 'doubt',
        text: `“${target.label}”${differing.text}照片上是 ${reading[part]}`,
        ...(mayChange(target.key) ? { offer: { key: target.key, value: reading[part], label: '改成照片上的' } } : {}),
      })
    }
    if (reading.valid_until) told.push({ id: `${one.fileKey}-until`, tone: 'good', text: `证件在有效期内，到 ${reading.valid_until.replace(/-/g, '.')}` })
    return told
  }

  return { take, tell }
}

const plain = (text: string): string => text.replace(/\s/g, '').toUpperCase()

function isSame(value: Value | undefined, read: string): boolean {
  return typeof value === 'string' && plain(value) === plain(read)
}
