import type { ProblemBody } from './types'

/** What went wrong with a request: the server's own words, or ours where no answer came. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    readonly status: number,
    readonly fields: Record<string, string> = {},
    readonly extra: Record<string, unknown> = {},
  ) {
    super(title)
  }

  /** The file itself will not do: sending the same one again is of no use. */
  get isFileRefused(): boolean {
    return ['file_kind_refused', 'file_broken', 'file_too_large'].includes(this.code)
  }

  /** No answer came, so the outcome is not known: repeating with the same command id is right. */
  get isOutcomeUnknown(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

/** No answer at all: no network, or the server cannot be reached. */
export function noAnswer(): Problem {
  return new Problem('no_network', '网络没有连上，您填的内容都在。请检查网络后再试。', 0)
}

/** Read an answer that is not a success; a proxy's page in place of problem details gets a plain sentence. */
export function readProblem(status: number, body: unknown): Problem {
  const found = typeof body === 'object' && body !== null ? (body as Partial<ProblemBody>) : {}
  if (typeof found.code === 'string' && typeof found.title === 'string')
    return new Problem(found.code, found.title, status, found.fields ?? {}, found.extra ?? {})
  if (status === 413) return new Problem('file_too_large', '文件太大了，请压缩或重新拍一张后再上传。', status)
  return new Problem('unreadable_answer', '这次没有办成，您填的内容都在。请过几分钟再试。', status)
}

/** Throw the Problem of a PDF that did not come: what was refused comes as a file there, so that only its status is known. */
export function checkPdfStatus(status: number): void {
  if (status === 0) throw noAnswer()
  if (status === 401) throw new Problem('token_expired', '登录已过期，请重新登录后再继续。', status)
  if (status === 429) throw new Problem('too_many_requests', '下载得太频繁了，请过几分钟再试。', status)
  if (status !== 200) throw readProblem(status, null)
}

/** Any thrown thing as a Problem, so that every screen can show a sentence. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  return new Problem('client_fault', '页面出了点问题，您填的内容都在。请返回后再试一次。', -1)
}
