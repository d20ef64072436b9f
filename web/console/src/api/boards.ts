import { makeQuery, request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

/** Works that run; `left_days` below 0 is by how many working days the limit is past. */
export type WorksRow = Schemas['WorksRow']
export type WorksPage = Schemas['WorksPage']
export type Board = Schemas['Board']
/** One post in one unit; a count of 1000 means as many or more. */
export type BoardLine = Schemas['BoardLine']

export interface WorksQuery {
  unit: string
  process: string
  overdue: boolean
  /** The whole number of a case: the works' own, or the one that the customer was told. */
  q: string
  after?: string | null
}

export const listWorks = ({ overdue, ...query }: WorksQuery) =>
  request<WorksPage>('GET', '/works' + makeQuery({ ...query, overdue: overdue ? 'true' : null }))
export const drawBoard = () => request<Board>('GET', '/board')
