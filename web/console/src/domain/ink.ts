/** What has been written on the glass, by which a touch is told from a name. */

// In CSS pixels: the shortest name is a stroke across a finger's breadth.
const LEAST_LENGTH = 60
const LEAST_EXTENT = 24

export const TOO_LITTLE = '签得太短，请写出名字'

export interface Ink {
  length: number
  left: number
  right: number
  top: number
  bottom: number
}

export const makeInk = (): Ink => ({ length: 0, left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity })

export interface Spot {
  x: number
  y: number
}

export function addStroke(ink: Ink, from: Spot, to: Spot): Ink {
  return {
    length: ink.length + Math.hypot(to.x - from.x, to.y - from.y),
    left: Math.min(ink.left, from.x, to.x),
    right: Math.max(ink.right, from.x, to.x),
    top: Math.min(ink.top, from.y, to.y),
    bottom: Math.max(ink.bottom, from.y, to.y),
  }
}

/** Whether it is long and wide enough for a signature; the server looks at the picture again. */
export function isEnough(ink: Ink): boolean {
  return ink.length >= LEAST_LENGTH && Math.max(ink.right - ink.left, ink.bottom - ink.top) >= LEAST_EXTENT
}
