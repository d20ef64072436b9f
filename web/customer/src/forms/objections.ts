import type { FilledLine } from '@/api/types'

/** What is wrong with a paper most often: a tap says it where somebody does not like to write. */
const WRONGS = ['姓名、电话或地址不对', '金额不对', '内容和说好的不一样', '有的地方看不明白']
/** The same of a paper by which gas was read. */
const WRONG_READING = '读数或气量不对'
const IS_READING = /读数|气量|表数/

/** What may be wrong with this paper, by what it says; the reading first, since all the rest comes of it. */
export const listWrongs = (paper: Pick<FilledLine, 'facts'>): { value: string; label: string }[] =>
  [...(paper.facts.some((one) => IS_READING.test(one.label)) ? [WRONG_READING] : []), ...WRONGS].map((one) => ({ value: one, label: one }))

/** As long as the server keeps it. */
export const LONGEST_OBJECTION = 500
/** What was written, so that what was tapped has room before it. */
export const LONGEST_WORDS = 400

/** What was tapped and what was written, as one text for whoever puts the paper right. */
export function composeObjection(picked: string[], words: string): string {
  const said = words.trim()
  return [picked.join('；'), said].filter((one) => one).join('。')
}

/** What is wrong with the text, or nothing. */
export const checkObjection = (text: string): string => (text ? '' : '请点一项，或写一句哪里不对，我们好改。')
