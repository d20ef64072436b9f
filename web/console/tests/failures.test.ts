import { expect, it } from 'vitest'
import { tellFailure, tellQueue } from '@/domain/failures'

it('says in words what failed and where', () => {
  expect(tellFailure('ConnectTimeout')).toBe('对方没有及时回应')
  expect(tellFailure('ConnectionError: refused')).toBe('连不上对方，可能是网络不通')
  expect(tellFailure('KeyError')).toContain('联系管理员')
  expect(['messages', 'default', 'alarm', 'something'].map(tellQueue)).toEqual(['发消息', '一般任务', '报警', '其他'])
})
