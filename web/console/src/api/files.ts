import { request, upload } from './client'
import type { FileView, PaperReading, PaperWish } from './types'

/** Have a photo of a card or licence read that one uploaded. Throws Problem, among them `paper_expired`. */
export const readPaper = (fileKey: string, wish: PaperWish) => request<PaperReading>('POST', `/files/${fileKey}/reading`, wish)

/** Upload a photo, PDF or signature; `onProgress` gets the share sent, 0..1. */
export function uploadFile(
  file: Blob,
  name: string,
  purpose: 'visit' | 'signature',
  onProgress: (share: number) => void = () => {},
): Promise<FileView> {
  const form = new FormData()
  form.append('file', file, name)
  form.append('purpose', purpose)
  return upload<FileView>('/files', form, onProgress)
}
