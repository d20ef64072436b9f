import { request } from './client'
import type { components } from './schema'
import type { FormBody, FormSection } from './types'

type Schemas = components['schemas']

/** A form as it is used now; its own versions are those that somebody of the company made. */
export type FormLine = Schemas['FormLine']
export type KeptForm = Schemas['KeptForm']
export type FormDifference = Schemas['FormDifference']
export type FormVersion = Schemas['FormVersion']

const path = (key: string) => `/forms/${encodeURIComponent(key)}`

export const listForms = () => request<{ items: FormLine[] }>('GET', '/forms')
export const readForm = (key: string) => request<KeptForm>('GET', path(key))
/** What a changed form would have otherwise than the one in use; faults are refused as by saving. */
export const previewForm = (key: string, base: number, sections: FormSection[]) =>
  request<{ changes: FormDifference[] }>('POST', `${path(key)}/preview`, { base, sections })
export const saveForm = (key: string, base: number, sections: FormSection[], reason: string) =>
  request<KeptForm>('POST', `${path(key)}/versions`, { base, sections, reason })
export const listFormVersions = (key: string) => request<{ items: FormVersion[] }>('GET', `${path(key)}/versions`)
export const readFormVersion = (key: string, version: number) =>
  request<{ version: number; version_no: number; form: FormBody }>('GET', `${path(key)}/versions/${version}`)
