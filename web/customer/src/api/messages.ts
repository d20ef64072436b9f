import { call } from './http'
import type { Message, Page } from './types'

export type PermissionAnswer = 'accept' | 'reject' | 'ban'

export interface MessageTemplate {
  template_id: string
  purpose: string
  name: string
}

export const fetchMessages = (after: string | null) =>
  call<Page<Message>>('GET', '/messages', undefined, { after })

export const markMessagesRead = (upTo: string) => call<void>('POST', '/messages/read', { up_to: upTo })

export const fetchMessageTemplates = () =>
  call<{ items: MessageTemplate[] }>('GET', '/message-templates')

export const saveMessagePermissions = (answers: Record<string, PermissionAnswer>) =>
  call<void>('POST', '/message-permissions', { answers })
