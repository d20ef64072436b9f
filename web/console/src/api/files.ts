import { upload } from './client'
import type { FileView } from './types'

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
