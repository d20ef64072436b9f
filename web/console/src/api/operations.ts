import { makeQuery, request } from './client'
import type { CalendarYear, FailedJob, Page, Settlement, UnknownSend } from './types'

export const listFailedJobs = () => request<Page<FailedJob>>('GET', '/failed-jobs')
export const retryJob = (id: FailedJob['id']) => request<void>('POST', `/failed-jobs/${id}/retry`)
export const listUnknownSends = () => request<Page<UnknownSend>>('GET', '/outbox/unknown')
export const settleSend = (id: UnknownSend['id'], as: Settlement) =>
  request<void>('POST', `/outbox/${id}/settle`, { as })
export const getCalendar = (year: number) => request<CalendarYear>('GET', '/calendar' + makeQuery({ year }))
export const setCalendarDay = (date: string, is_working: boolean, note: string) =>
  request<void>('PUT', `/calendar/days/${date}`, { is_working, note })
export const confirmCalendarYear = (year: number) => request<void>('POST', `/calendar/years/${year}/confirm`)
