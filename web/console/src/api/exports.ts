/** Lists as Excel files: one door for all of them, and the browser's own way of keeping what came. */
import { announce, API_ROOT, getCsrfToken, NO_ANSWER, Problem } from './client'
import type { components } from './schema'
import type { ProblemBody } from './types'

/** What the list on the screen was asked for; each list reads what it knows. */
export type ExportAsked = Partial<components['schemas']['ExportRequest']>
export type ExportName = 'cases' | 'works' | 'board' | 'people' | 'units' | 'areas' | 'duty-roster' | 'visiting-hours' | 'failed-jobs' | 'unknown-sends' | 'calendar' | 'reasons' | 'knowledge' | 'knowledge-rounds' | 'customer-ledger' | 'forms' | 'templates' | 'parameters' | 'plan-accounts'

export interface ExportedFile {
  name: string
  rows: number
  isCut: boolean
  content: Blob
}

/** The name that the server gave the file, which is Chinese and so comes encoded (RFC 5987). */
export function readFileName(disposition: string | null): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  try {
    return encoded ? decodeURIComponent(encoded) : '导出.xlsx'
  } catch {
    return '导出.xlsx'
  }
}

/** Raises Problem for a refusal and for a missing answer. */
export async function exportList(name: ExportName, asked: ExportAsked): Promise<ExportedFile> {
  // What a filter does not say is not asked for.
  const said = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== '' && value !== null && value !== undefined))
  let response: Response
  try {
    response = await fetch(`${API_ROOT}/exports/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': getCsrfToken() },
      credentials: 'same-origin',
      body: JSON.stringify(said),
    })
    if (response.ok) {
      return {
        name: readFileName(response.headers.get('Content-Disposition')),
        rows: Number(response.headers.get('X-Export-Rows') ?? 0),
        isCut: response.headers.get('X-Export-Cut') === '1',
        content: await response.blob(),
      }
    }
  } catch {
    throw new Problem(0, { code: 'network', title: NO_ANSWER })
  }
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
  throw announce(new Problem(response.status, body))
}

/** Let the browser save a file under its name. */
export function saveFile(file: Pick<ExportedFile, 'name' | 'content'>): void {
  const address = URL.createObjectURL(file.content)
  const link = document.createElement('a')
  link.href = address
  link.download = file.name
  link.click()
  // The browser still reads it while it saves.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
