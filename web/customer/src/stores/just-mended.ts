let mended = ''

/** Remember which case was mended and handed in again, for its page that is shown next. */
export function noteMended(caseNo: string): void {
  mended = caseNo
}

/** Tell once whether this is the case that was just handed in again. */
export function takeMended(caseNo: string): boolean {
  const isIt = mended === caseNo
  if (isIt) mended = ''
  return isIt
}
