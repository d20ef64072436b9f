import { request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

/** A figure that the company may set, with what holds now. */
export type Parameter = Schemas['Parameter']
export type ParameterGroup = Schemas['ParameterGroup']
export type ParameterChange = Schemas['ParameterChange']

const path = (process: string, key: string) => `/parameters/${encodeURIComponent(process)}/${encodeURIComponent(key)}/changes`

export const listParameters = () => request<{ items: ParameterGroup[] }>('GET', '/parameters')
export const listParameterChanges = (process: string, key: string) => request<{ items: ParameterChange[] }>('GET', path(process, key))
/** Null goes back to the program's default; ``base`` is the number of the change that was looked at. */
export const changeParameter = (process: string, key: string, base: number, value: number | null, reason: string) =>
  request<Parameter>('POST', path(process, key), { base, value, reason })
