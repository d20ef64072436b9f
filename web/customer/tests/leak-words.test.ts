import { describe, expect, it } from 'vitest'
import { soundsLikeLeak } from '@/forms/leak-words'

// The list itself is the server's, whose tests have the sentences; here it only has to be followed.
const WORDS = { signs: '漏气|异味|着火', denied: '(没有?|不)(有)?(闻到)?(漏气|异味|着火)' }
const sounds = (text: string): boolean => soundsLikeLeak({ name: '张三', trouble: text }, WORDS)

describe('words of a form', () => {
  it.each(['厨房好像漏气了', '楼道有异味', '没闻到异味，但是好像漏气'])('"%s" sounds like a leak', (text) => {
    expect(sounds(text)).toBe(true)
  })

  it.each(['昨天晚上开始打不着火', '没有漏气，就是火小', '没闻到异味，表不走字'])('"%s" does not', (text) => {
    expect(sounds(text)).toBe(false)
  })

  it('are looked at in text alone', () => {
    expect(soundsLikeLeak({ photos: ['漏气.jpg'], place: null, count: 3 }, WORDS)).toBe(false)
  })
})
