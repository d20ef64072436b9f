import { API_BASE, withFreshToken } from './http'
import { noAnswer, readProblem } from './problem'
import type { FileView } from './types'

/** A file on the device: a path in the mini-program, a File in the browser. */
export interface LocalFile {
  name: string
  path: string
  file: File | null
  isImage: boolean
  size: number
}

const TIMEOUT_MS = 120_000

/** Send one file up; `onProgress` gets whole per cents. Throws Problem. */
export function uploadFile(
  local: LocalFile,
  purpose: 'application' | 'signature',
  onProgress: (percent: number) => void = () => undefined,
): Promise<FileView> {
  return withFreshToken(
    (accessToken) =>
      new Promise<FileView>((resolve, reject) => {
        const task = uni.uploadFile({
          url: `${API_BASE}/files`,
          name: 'file',
          // uni-app's H5 asks for a path even where it is given the file itself.
          filePath: local.path || local.name,
          ...(local.file ? { file: local.file } : {}),
          formData: { purpose },
          timeout: TIMEOUT_MS,
          header: accessToken ? { Authorization: `Bearer ${accessToken}` } : {},
          success: ({ statusCode, data }) => {
            const body = parse(data)
            if (statusCode >= 200 && statusCode < 300 && body) resolve(body as FileView)
            else reject(statusCode ? readProblem(statusCode, body) : noAnswer())
          },
          fail: () => reject(noAnswer()),
        })
        task.onProgressUpdate(({ progress }) => onProgress(progress))
      }),
  )
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}
