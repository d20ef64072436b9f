import { expect, it } from 'vitest'
import { clearSheet, drawStroke, isSigned, prepareSheet } from '@/platform/ink'

it('takes a name on the glass, and no dot', () => {
  const pen = { scale() {}, fillRect() {}, beginPath() {}, moveTo() {}, lineTo() {}, stroke() {} }
  const sheet = prepareSheet({ getContext: () => pen } as unknown as HTMLCanvasElement, 300, 180, 2)
  expect(isSigned(sheet)).toBe(false)
  drawStroke(sheet, { x: 50, y: 50 }, { x: 51, y: 50 })
  // Long enough, but on one spot.
  for (let i = 0; i < 50; i++) drawStroke(sheet, { x: 50, y: 50 }, { x: 52, y: 50 })
  expect(isSigned(sheet)).toBe(false)
  drawStroke(sheet, { x: 50, y: 50 }, { x: 120, y: 70 })
  expect(isSigned(sheet)).toBe(true)
  clearSheet(sheet)
  expect(isSigned(sheet)).toBe(false)
})
