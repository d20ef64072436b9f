import { expect, it } from 'vitest'
import { tellStars, tellTries } from '@/domain/told'

it('tells by which way a message went, and what came of it', () => {
  expect(tellTries([{ channel: 'mini', state: 'refused' }, { channel: 'sms', state: 'sent' }])).toBe('微信小程序没发出去，短信已发出')
  expect(tellTries([{ channel: 'sms', state: 'unknown' }])).toBe('短信是否收到不明')
  expect(tellTries([])).toBe('只在小程序里显示')
})

it('draws stars and counts them', () => {
  expect(tellStars(4)).toBe('★★★★☆ 4 星')
})
