/** Single-key shortcuts, silent while somebody types or a dialog is open. */
import { onBeforeUnmount, onMounted } from 'vue'

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null
}

/**
 * Call `press` with the lower-case key; it returns true where the key meant something. `isHeld` tells that the key was
 * not pressed anew but only held down, which may leaf on and must not act again.
 */
export function useShortcuts(press: (key: string, isHeld: boolean) => boolean): void {
  const hear = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (isTyping(event.target) || isDialogOpen()) return
    if (press(event.key.length === 1 ? event.key.toLowerCase() : event.key, event.repeat)) event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', hear))
  onBeforeUnmount(() => document.removeEventListener('keydown', hear))
}
