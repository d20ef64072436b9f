import type { FilledLine, Wording } from '@/api/types'

/** Whether these are the words of the paper as it is signed now: both were taken at different moments. */
export const isSameText = (text: Pick<Wording, 'sha256'>, paper: Pick<FilledLine, 'sha256'>): boolean => text.sha256 === paper.sha256
