let mended: { caseNo: string; version: number } | null = null

/** Remember which case was mended and handed in again, and its version then, for its page that is shown next. */
export function noteMended(caseNo: string, version: number): void {
  mended = { caseNo, version }
}

/** Tell once at which version this case was just handed in again, or null where it was not. */
export function takeMended(caseNo: string): number | null {
  if (mended?.caseNo !== caseNo) return null
  const { version } = mended
  mended = null
  return version
}
