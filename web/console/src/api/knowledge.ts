import { makeQuery, request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type KnowledgeFound = Schemas['KnowledgeFound']
export type KnowledgeVersion = Schemas['KnowledgeVersion']
export type KnowledgeArticle = Schemas['KnowledgeArticle']
export type KnowledgeRound = Schemas['KnowledgeRound']
export type KnowledgeRoundView = Schemas['KnowledgeRoundView']
export type RoundNode = Schemas['RoundNode']
export type PlanItem = Schemas['KnowledgePlanItem']
export type ArticleWords = Schemas['ArticleWords']
export type Category = KnowledgeVersion['category']

export const searchKnowledge = (q: string, category: string, lapsed: boolean) =>
  request<Schemas['KnowledgePage']>('GET', '/knowledge/articles' + makeQuery({ q, category, lapsed: lapsed ? 'true' : null }))
export const readArticle = (id: number) => request<KnowledgeArticle>('GET', `/knowledge/articles/${id}`)
export const retireArticle = (id: number, reason: string) =>
  request<KnowledgeArticle>('POST', `/knowledge/articles/${id}/retirement`, { reason })

const path = (caseNo: string) => `/knowledge/rounds/${encodeURIComponent(caseNo)}`

export const listRounds = () => request<{ items: KnowledgeRound[] }>('GET', '/knowledge/rounds')
export const readRound = (caseNo: string) => request<KnowledgeRoundView>('GET', path(caseNo))
export const savePlan = (caseNo: string, items: PlanItem[]) => request<KnowledgeRoundView>('PUT', `${path(caseNo)}/plan`, { items })
export const writeArticle = (caseNo: string, commandId: string, words: ArticleWords, articleId: number | null) =>
  request<KnowledgeRoundView>('POST', `${path(caseNo)}/articles`, { ...words, command_id: commandId, article_id: articleId })
export const rewriteArticle = (caseNo: string, versionId: number, words: ArticleWords) =>
  request<KnowledgeRoundView>('PUT', `${path(caseNo)}/articles/${versionId}`, words)
export const dropArticle = (caseNo: string, versionId: number) =>
  request<KnowledgeRoundView>('DELETE', `${path(caseNo)}/articles/${versionId}`)
