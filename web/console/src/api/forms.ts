import { request } from './client'
import type { components } from './schema'
import type { FormSection } from './types'

type Schemas = components['schemas']

/** A form as it is used now; its own versions are those that somebody of the company made. */
export type FormLine = Schemas['FormLine']
export type KeptForm = Schemas['KeptForm']

const path = (key: string) => `/forms/${encodeURIComponent(key)}`

export const listForms = () => request<{ items: FormLine[] }>('GET', '/forms')
export const readForm = (key: string) => request<KeptForm>('GET', path(key))
export const saveForm = (key: string, base: number, sections: FormSection[]) =>
  request<KeptForm>('POST', `${path(key)}/versions`, { base, sections })
