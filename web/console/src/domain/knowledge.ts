import type { ArticleWords, Category, KnowledgeRound, KnowledgeVersion, RoundNode } from '@/api/knowledge'

/** What articles are about, in the order in which one chooses. */
export const CATEGORIES: Category[] = ['安全用气', '缴费与账单', '报装与改造', '维修与故障', '开户过户销户', '抄表与计量', '气价与政策', '网点与时间', '其他']

export type Block = { kind: 'heading' | 'text'; text: string } | { kind: 'list'; items: string[] }

/** The blocks of an article: `# ` begins a heading, `- ` or `· ` an item of a list; the rest are lines of text. */
export function readBlocks(body: string): Block[] {
  const blocks: Block[] = []
  for (const line of body.split('\n').map((one) => one.trim())) {
    if (!line) continue
    const heading = /^#+\s*(.+)$/.exec(line)?.[1]
    const item = /^[-·•]\s+(.+)$/.exec(line)?.[1]
    const last = blocks.at(-1)
    if (heading) blocks.push({ kind: 'heading', text: heading })
    else if (!item) blocks.push({ kind: 'text', text: line })
    else if (last?.kind === 'list') last.items.push(item)
    else blocks.push({ kind: 'list', items: [item] })
  }
  return blocks
}

/** Keywords as people write them in one line: with spaces, commas or Chinese enumeration marks between. */
export function splitKeywords(line: string): string[] {
  return [...new Set(line.split(/[\s,，、;；]+/).filter(Boolean))]
}

export function tellValidity(version: Pick<KnowledgeVersion, 'valid_from' | 'valid_until'>): string {
  const { valid_from: from, valid_until: until } = version
  if (from && until) return `${from} 至 ${until}`
  if (from) return `${from} 起`
  return until ? `${until} 止` : '长期有效'
}

export const tellPeriod = (round: Pick<KnowledgeRound, 'year' | 'quarter'>) => `${round.year} 年第 ${round.quarter} 季度`

/** The node at which a round stands, or null where it has ended. */
export function findOpenNode(round: Pick<KnowledgeRound, 'nodes'>): RoundNode | null {
  return round.nodes.find((one) => one.state === 'open') ?? null
}

export function tellStanding(round: KnowledgeRound): string {
  if (round.status === 'open') return findOpenNode(round)?.name ?? '进行中'
  return round.status === 'completed' ? '已发布' : '已终止'
}

export interface WordsForm {
  title: string
  category: Category
  keywords: string
  body: string
  valid_from: string
  valid_until: string
}

export function beginWords(version: KnowledgeVersion | null, category: Category = '安全用气'): WordsForm {
  return {
    title: version?.title ?? '',
    category: version?.category ?? category,
    keywords: version?.keywords.join(' ') ?? '',
    body: version?.body ?? '',
    valid_from: version?.valid_from ?? '',
    valid_until: version?.valid_until ?? '',
  }
}

/** What keeps an article from being saved, or null. */
export function findLacking(form: WordsForm): string | null {
  if (!form.title.trim()) return '写上标题'
  if (!form.body.trim()) return '写上内容'
  return form.valid_from && form.valid_until && form.valid_until < form.valid_from ? '失效日期不能早于生效日期' : null
}

export function makeWords(form: WordsForm): ArticleWords {
  return {
    title: form.title.trim(),
    category: form.category,
    keywords: splitKeywords(form.keywords),
    body: form.body.trim(),
    valid_from: form.valid_from || null,
    valid_until: form.valid_until || null,
  }
}
