import { request } from './client'
import type { SignedIn } from './types'

export const signIn = (username: string, password: string) =>
  request<SignedIn>('POST', '/session', { username, password })
export const getSession = () => request<SignedIn>('GET', '/session')
export const signOut = () => request<void>('DELETE', '/session')
export const changePassword = (old_password: string, new_password: string) =>
  request<void>('POST', '/session/password', { old_password, new_password })
