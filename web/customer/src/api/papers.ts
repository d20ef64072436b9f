import { call } from './http'
import type { PaperReading, PaperWish } from './types'

/** Have a photo of a paper read that was sent up before. Throws Problem, among them `paper_not_document`. */
export const readPaper = (fileKey: string, wish: PaperWish) => call<PaperReading>('POST', `/files/${fileKey}/reading`, wish)
