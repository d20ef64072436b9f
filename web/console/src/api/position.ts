import { request } from './client'

export const sendPosition = (lat: number, lng: number) => request<void>('POST', '/position', { lat, lng })
