/** The text of a contract template in its editor: where a line is, where a blank goes, what a file says. */

/** Where the line begins and ends, counted from 1; a line that is not there is the end of the text. */
export function findLine(text: string, line: number): [number, number] {
  const lines = text.split('\n')
  if (line < 1 || line > lines.length) return [text.length, text.length]
  const begins = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return [begins, begins + lines[line - 1]!.length]
}

/** The text with the blank in place of what is selected, and where the cursor stands then. */
export function insertBlank(text: string, from: number, to: number, name: string): { text: string; at: number } {
  const blank = `{{${name}}}`
  return { text: text.slice(0, from) + blank + text.slice(to), at: from + blank.length }
}

/** The text as people read it: each blank by what it is called, 〔供气种类〕; one that nobody knows stays as it is written. */
export function nameBlanks(text: string, blanks: readonly { name: string; label: string }[]): string {
  const labels = new Map(blanks.map((one) => [one.name, one.label]))
  return text.replace(/\{\{\s*([a-z][a-z0-9_.]*)\s*(!|=\s*([^{}]*?))?\s*\}\}/g, (whole, name: string, more: string | undefined, figure: string | undefined) => {
    if (figure) return figure
    const label = labels.get(name)
    return label ? `〔${label}${more === '!' ? '，必填' : ''}〕` : whole
  })
}

/** The names of the blanks that the text has. */
export function listUsed(text: string): Set<string> {
  return new Set([...text.matchAll(/\{\{\s*([a-z][a-z0-9_.]*)/g)].map((found) => found[1]!))
}

/** What a file says, or null where it is no UTF-8. */
export function decodeFile(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n')
  } catch {
    return null
  }
}
