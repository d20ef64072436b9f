import type { LocalFile } from '@/api/upload'

interface Chosen {
  name?: string
  path: string
  size: number
}

/** What a field takes, in words; the server judges by the file itself. */
export const FORMATS = { photos: '照片（JPG、PNG）', documents: '照片（JPG、PNG）或 PDF' }

/** Let the customer take or choose up to `count` pictures. None where the choice was called off. */
export function choosePhotos(count: number): Promise<LocalFile[]> {
  return new Promise((resolve) => {
    uni.chooseImage({
      count: Math.min(count, 9),
      sizeType: ['compressed'],
      success: ({ tempFiles }) => resolve((tempFiles as Chosen[]).map((one) => asLocal(one, true))),
      fail: () => resolve([]),
    })
  })
}

/** Let the customer choose up to `count` documents: pictures or PDF. */
export function chooseDocuments(count: number): Promise<LocalFile[]> {
  return new Promise((resolve) => {
    const take = (files: Chosen[]): void => resolve(files.slice(0, count).map((one) => asLocal(one, !isPdf(one))))
    // #ifdef H5
    uni.chooseFile({
      count,
      type: 'all',
      extension: ['.jpg', '.jpeg', '.png', '.webp', '.pdf'],
      success: ({ tempFiles }) => take(tempFiles as Chosen[]),
      fail: () => resolve([]),
    })
    // #endif
    // #ifdef MP-WEIXIN
    wx.chooseMessageFile({
      count,
      type: 'file',
      extension: ['jpg', 'jpeg', 'png', 'webp', 'pdf'],
      success: ({ tempFiles }: { tempFiles: Chosen[] }) => take(tempFiles),
      fail: () => resolve([]),
    })
    // #endif
  })
}

/** Open a document of the server's in the device's own viewer. */
export function openDocument(url: string): void {
  // #ifdef H5
  window.open(url, '_blank', 'noopener')
  // #endif
  // #ifdef MP-WEIXIN
  uni.downloadFile({ url, success: ({ tempFilePath }) => uni.openDocument({ filePath: tempFilePath, showMenu: false }) })
  // #endif
}

/** Open a PDF that only a signed-in customer gets; returns the answer's status, 0 where there was none. */
export function openOwnPdf(url: string, accessToken: string, name: string): Promise<number> {
  return new Promise((resolve) => {
    const header = { Authorization: `Bearer ${accessToken}` }
    // #ifdef H5
    fetch(url, { headers: header }).then(
      async (response) => {
        if (response.ok) {
          const link = document.createElement('a')
          link.href = URL.createObjectURL(await response.blob())
          link.download = `${name}.pdf`
          link.click()
        }
        resolve(response.status)
      },
      () => resolve(0),
    )
    // #endif
    // #ifdef MP-WEIXIN
    uni.downloadFile({
      url,
      header,
      success: ({ statusCode, tempFilePath }) => {
        if (statusCode === 200) uni.openDocument({ filePath: tempFilePath, fileType: 'pdf', showMenu: true })
        resolve(statusCode)
      },
      fail: () => resolve(0),
    })
    // #endif
  })
}

function isPdf(chosen: Chosen): boolean {
  return /\.pdf$/i.test(chosen.name ?? chosen.path)
}

function asLocal(chosen: Chosen, isImage: boolean): LocalFile {
  const file = typeof File !== 'undefined' && chosen instanceof File ? (chosen as File) : null
  return { name: chosen.name ?? (isImage ? '照片' : '文件'), path: chosen.path, file, isImage, size: chosen.size }
}
