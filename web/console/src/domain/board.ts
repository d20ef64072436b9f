import type { BoardLine } from '@/api/boards'

/** What waits longer than this stands out. */
const LONG_MS = 3 * 24 * 60 * 60 * 1000
const AMBER_FROM = 0.7

type Summed = Pick<BoardLine, 'open' | 'overdue' | 'today' | 'urged' | 'done'>

export function countOf(line: Pick<BoardLine, 'families'>, family: string): number {
  return line.families.find((one) => one.key === family)?.count ?? 0
}

/** All lines together. Where one stopped counting at 1000 the sum is at least so many. */
export function sumLines(lines: readonly Summed[]): Summed {
  const sum = (key: keyof Summed) => lines.reduce((all, line) => all + line[key], 0)
  return { open: sum('open'), overdue: sum('overdue'), today: sum('today'), urged: sum('urged'), done: sum('done') }
}

/** The mean part of the limit that this week's finished steps took; above the whole of it is late. */
export function tellUsed(share: number): { text: string; level: '' | 'amber' | 'red' } {
  const percent = Math.round(share * 100)
  return { text: `${percent}%`, level: share > 1 ? 'red' : share >= AMBER_FROM ? 'amber' : '' }
}

export function waitsLong(since: string, now: Date): boolean {
  return now.getTime() - new Date(since).getTime() > LONG_MS
}
