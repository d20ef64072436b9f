/**
 * Which papers somebody was asked to sign, kept on this device: whoever goes on with a case the next day, or opens it in
 * another window, was asked already. The list of papers still says what waits, until it is signed.
 */
const PLACE = 'console.signing:'
const MOST = 500

function read(username: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE + username) ?? '[]')
    return Array.isArray(kept) ? kept.map(String) : []
  } catch {
    return []
  }
}

export const wasAsked = (username: string, caseNo: string, task: number): boolean => read(username).includes(`${caseNo}/${task}`)

export function noteAsked(username: string, caseNo: string, task: number): void {
  const name = `${caseNo}/${task}`
  const others = read(username).filter((one) => one !== name)
  try {
    localStorage.setItem(PLACE + username, JSON.stringify([...others, name].slice(-MOST)))
  } catch {
    // A full or forbidden store costs no more than another question.
  }
}
