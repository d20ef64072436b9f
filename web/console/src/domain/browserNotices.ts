import type { StaffNotices } from '@/api/types'

type Notice = StaffNotices['items'][number]
export type Permission = 'default' | 'granted' | 'denied' | 'missing'

/** Whether the browser may show notices; some browsers on phones have none. */
export function readPermission(): Permission {
  return typeof Notification === 'undefined' ? 'missing' : Notification.permission
}

/** Ask for it. Only ever called by a press of the button: a page that asks by itself is refused for good. */
export async function askPermission(): Promise<Permission> {
  if (typeof Notification === 'undefined') return 'missing'
  try {
    return await Notification.requestPermission()
  } catch {
    return readPermission()
  }
}

/** What is shown and was not looked at yet, by its case. */
const standing = new Map<string, Notification[]>()

/** Take away what tells of a case that was opened: however one came to it, one knows by then. */
export function closeNotices(caseNo: string): void {
  for (const one of standing.get(caseNo) ?? []) one.close()
  standing.delete(caseNo)
}

/** Show a notice outside the page; a press on it opens the case. An alarm stays until it is looked at. */
export function showNotice(notice: Notice, open: (caseNo: string | null) => void): void {
  try {
    const shown = new Notification(notice.title, {
      body: notice.text,
      tag: `hall-${notice.id}`,
      requireInteraction: notice.urgency === 'alarm',
    })
    if (notice.case_no) standing.set(notice.case_no, [...(standing.get(notice.case_no) ?? []), shown])
    shown.onclick = () => {
      window.focus()
      open(notice.case_no)
      shown.close()
    }
  } catch {
    // Some browsers know the word and refuse to show any from a page; the lists tell the same.
  }
}
