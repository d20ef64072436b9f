import type { BoardLine } from '@/api/boards'

/** What waits longer than this stands out. */
const LONG_MS = 3 * 24 * 60 * 60 * 1000
const AMBER_FROM = 0.7
/** The server counts no more finished steps of one line than these. */
const MOST_DONE = 200

type Summed = Pick<BoardLine, 'open' | 'overdue' | 'today' | 'urged'>

export function countOf(line: Pick<BoardLine, 'families'>, family: string): number {
  return line.families.find((one) => one.key === family)?.count ?? 0
}

/** All lines together. Where one stopped counting at 1000 the sum is at least so many. */
export function sumLines(lines: readonly Summed[]): Summed {
  const sum = (key: keyof Summed) => lines.reduce((all, line) => all + line[key], 0)
  return { open: sum('open'), overdue: sum('overdue'), today: sum('today'), urged: sum('urged') }
}

/** The mean part of the limit that this week's finished steps took; above the whole of it is late. */
export function tellUsed(share: number): { text: string; level: '' | 'amber' | 'red' } {
  const percent = Math.round(share * 100)
  // Nobody reads 2300% as 23 times too long.
  const times = share < 10 ? Math.round(share * 10) / 10 : Math.round(share)
  const text = percent > 100 ? `平均用时是时限的 ${Math.max(times, 1.1)} 倍` : `平均用掉时限的 ${percent}%`
  return { text, level: share > 1 ? 'red' : share >= AMBER_FROM ? 'amber' : '' }
}

/** How many steps were finished, which are not cases: one case has many. */
export function tellDone(lines: readonly Pick<BoardLine, 'done'>[]): string {
  const count = lines.reduce((all, line) => all + line.done, 0)
  return `${count}${lines.some((line) => line.done >= MOST_DONE) ? '+' : ''}`
}

export function waitsLong(since: string, now: Date): boolean {
  return now.getTime() - new Date(since).getTime() > LONG_MS
}
