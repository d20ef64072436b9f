import { describe, expect, it } from 'vitest'
import { soundsLikeLeak } from '@/forms/leak-words'

const sounds = (text: string): boolean => soundsLikeLeak({ name: '张三', trouble: text })

describe('words of a form', () => {
  it.each(['厨房闻到煤气味，好像漏气了', '楼道有异味', '灶台下面嘶嘶响', '燃气报警器一直在响', '家里有臭鸡蛋的味道', '表后面跑气'])('"%s" sounds like a leak', (text) => {
    expect(sounds(text)).toBe(true)
  })

  it.each(['昨天晚上开始打不着火，换过电池也不行。', '没有漏气，就是火小', '没闻到异味，表不走字', '想请师傅来检查一下是否漏气', '热水器打不着'])('"%s" does not', (text) => {
    expect(sounds(text)).toBe(false)
  })

  it('are looked at in text alone', () => {
    expect(soundsLikeLeak({ photos: ['漏气.jpg'], place: null, count: 3 })).toBe(false)
  })
})
