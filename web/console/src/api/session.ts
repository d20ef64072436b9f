import { request } from './client'
import type { Me } from './organisation'

export const signIn = (username: string, password: string) =>
  request<Me>('POST', '/session', { username, password })
export const getSession = () => request<Me>('GET', '/session')
export const signOut = () => request<void>('DELETE', '/session')
export const changePassword = (old_password: string, new_password: string) =>
  request<void>('POST', '/session/password', { old_password, new_password })
