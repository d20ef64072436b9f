import { call } from './http'
import type { Message, Page } from './types'

export type PermissionAnswer = 'accept' | 'reject' | 'ban'

export const fetchMessages = (after: string | null) =>
  call<Page<Message>>('GET', '/messages', undefined, { after })

export const markMessagesRead = (upTo: string) => call<void>('POST', '/messages/read', { up_to: upTo })

export const fetchMessageTemplates = () =>
  call<{ items: { template_id: string; name: string }[] }>('GET', '/message-templates')

export const saveMessagePermissions = (answers: Record<string, PermissionAnswer>) =>
  call<void>('POST', '/message-permissions', { answers })
