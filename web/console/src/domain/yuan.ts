/** Money is whole fen everywhere but on the screen. */

/** Whole fen for what somebody typed in yuan, or null for what is no amount that can be owed. */
export function readYuan(typed: string): number | null {
  const found = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(typed.trim())
  if (!found) return null
  const fen = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
  return fen > 0 && fen <= 1_000_000_000 ? fen : null
}

export function tellYuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')} 元`
}
