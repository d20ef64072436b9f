import { openPdf, request, sendBody } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

/** A contract's template as it is used now; its own versions are those that somebody of the company imported. */
export type TemplateLine = Schemas['TemplateLine']
export type KeptTemplate = Schemas['KeptTemplate']
export type TemplateBlank = Schemas['TemplateBlank']

/** What is wrong with a text; line 0 is the text as a whole. */
export interface TemplateProblem {
  line: number
  code: string
  text: string
  blank: string
  similar: string[]
}

const path = (key: string) => `/templates/${encodeURIComponent(key)}`
const PLAIN = 'text/plain;charset=utf-8'

export const listTemplates = () => request<{ items: TemplateLine[] }>('GET', '/templates')
export const readTemplate = (key: string) => request<KeptTemplate>('GET', path(key))
export const readTemplateVersion = (key: string, version: number) => request<Schemas['TemplateText']>('GET', `${path(key)}/versions/${version}`)
export const saveTemplate = async (key: string, base: number, text: string) =>
  (await (await sendBody(`${path(key)}/versions?base=${base}`, text, PLAIN)).json()) as KeptTemplate
/** Have a text checked; a file that is no text goes as it is, so that the refusal says what it is. */
export const checkTemplate = async (key: string, text: Blob | string) => void (await sendBody(`${path(key)}/preview.pdf`, text, PLAIN))
export const previewTemplate = (key: string, text: string, filled: boolean) =>
  openPdf(`${path(key)}/preview.pdf?filled=${filled}`, (address) => sendBody(address, text, PLAIN))
