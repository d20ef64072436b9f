import { h, type FunctionalComponent } from 'vue'

/**
 * The browser's own elements, for H5. uni-app's stand-ins for them (uni-button, uni-input …) cannot be reached by
 * keyboard and take no label; these can, and the browser test counts on it.
 */
function native(tag: string, fixed: Record<string, unknown> = {}): FunctionalComponent<Record<string, unknown>> {
  const made: FunctionalComponent<Record<string, unknown>> = (_props, { attrs, slots }) =>
    h(tag, { ...fixed, ...attrs }, slots.default?.())
  made.inheritAttrs = false
  return made
}

export const NativeButton = native('button', { type: 'button' })
export const NativeInput = native('input')
export const NativeTextarea = native('textarea')
export const NativeSelect = native('select')
export const NativeOption = native('option')
export const NativeLabel = native('label')
export const NativeImage = native('img')
export const NativeCanvas = native('canvas')
export const NativeHeader = native('header')
export const NativeMain = native('main')
export const NativeFooter = native('footer')
export const NativeTitle = native('h1')

/** What was typed or chosen, from the browser's event. */
export function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value
}
