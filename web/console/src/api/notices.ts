import { makeQuery, request } from './client'
import type { NoticeChoice, OfferedChoice, StaffNotices } from './types'

export const listNotices = (after: number | null) => request<StaffNotices>('GET', '/me/notices' + makeQuery({ after }))
export const getNoticeChoice = () => request<OfferedChoice>('GET', '/me/notice-choice')
export const putNoticeChoice = (choice: NoticeChoice) => request<OfferedChoice>('PUT', '/me/notice-choice', choice)
