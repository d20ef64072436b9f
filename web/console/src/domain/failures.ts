/** What kept a job from being done, in words for who may try it again; the technical name stays in the hint. */

const QUEUES: Record<string, string> = { messages: '发消息', alarm: '报警', default: '一般任务', relay: '转交' }

const CAUSES: [RegExp, string][] = [
  [/timeout|timed out/i, '对方没有及时回应'],
  [/connect|network|refused by peer|unreachable|name resolution/i, '连不上对方，可能是网络不通'],
  [/unavailable|busy|too many|rate|limit/i, '对方暂时忙'],
  [/operational|database|psycopg/i, '数据库暂时连不上'],
  [/redis/i, '任务队列暂时连不上'],
]

export const tellQueue = (queue: string): string => QUEUES[queue] ?? '其他'

export function tellFailure(error: string): string {
  const found = CAUSES.find(([pattern]) => pattern.test(error))
  return found ? found[1] : '程序出错，请联系管理员，并告知失败时间'
}
