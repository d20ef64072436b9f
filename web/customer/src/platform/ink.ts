import type { LocalFile } from '@/api/upload'

/** A sheet to sign on: a canvas of the browser or of the mini-program, both drawn alike. */
export interface Sheet {
  context: CanvasRenderingContext2D
  canvas: HTMLCanvasElement
  width: number
  height: number
  /** How much has been written: all strokes in a row, and what they take up. */
  length: number
  left: number
  right: number
  top: number
  bottom: number
}

export interface Spot {
  x: number
  y: number
}

const PEN_WIDTH = 3
const PEN_COLOUR = '#1f2329'
// A touch is no name: the shortest one is a stroke across a finger's breadth. The server looks at the picture again.
const LEAST_LENGTH = 60
const LEAST_EXTENT = 24
const NOTHING = { length: 0, left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }

/** Make the canvas as fine as the glass, paint it white, and return it ready to write on. */
export function prepareSheet(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): Sheet {
  canvas.width = width * ratio
  canvas.height = height * ratio
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.scale(ratio, ratio)
  context.lineWidth = PEN_WIDTH
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = PEN_COLOUR
  const sheet = { context, canvas, width, height, ...NOTHING }
  clearSheet(sheet)
  return sheet
}

export function clearSheet(sheet: Sheet): void {
  // White, since the picture is printed and shown on white.
  sheet.context.fillStyle = '#fff'
  sheet.context.fillRect(0, 0, sheet.width, sheet.height)
  Object.assign(sheet, NOTHING)
}

export function drawStroke(sheet: Sheet, from: Spot, to: Spot): void {
  sheet.context.beginPath()
  sheet.context.moveTo(from.x, from.y)
  sheet.context.lineTo(to.x, to.y)
  sheet.context.stroke()
  sheet.length += Math.hypot(to.x - from.x, to.y - from.y)
  sheet.left = Math.min(sheet.left, from.x, to.x)
  sheet.right = Math.max(sheet.right, from.x, to.x)
  sheet.top = Math.min(sheet.top, from.y, to.y)
  sheet.bottom = Math.max(sheet.bottom, from.y, to.y)
}

/** Whether what is written is long and wide enough for a signature. */
export function isSigned(sheet: Sheet): boolean {
  return sheet.length >= LEAST_LENGTH && Math.max(sheet.right - sheet.left, sheet.bottom - sheet.top) >= LEAST_EXTENT
}

/** The sheet as a picture to send up, or null where the device cannot make one. */
export function pictureOf(sheet: Sheet): Promise<LocalFile | null> {
  return new Promise((resolve) => {
    // #ifdef H5
    sheet.canvas.toBlob((blob) => {
      if (!blob) return resolve(null)
      const file = new File([blob], 'signature.png', { type: 'image/png' })
      resolve({ name: file.name, path: '', file, isImage: true, size: file.size })
    }, 'image/png')
    // #endif
    // #ifdef MP-WEIXIN
    wx.canvasToTempFilePath({
      canvas: sheet.canvas,
      fileType: 'png',
      success: ({ tempFilePath }) =>
        resolve({ name: 'signature.png', path: tempFilePath, file: null, isImage: true, size: 0 }),
      fail: () => resolve(null),
    })
    // #endif
  })
}
