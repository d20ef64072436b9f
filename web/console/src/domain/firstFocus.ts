/** Where a dialog has the focus when it opens: at the first thing to choose or fill in, also where that comes late. */

const FIELDS = 'input:enabled, textarea:enabled, select:enabled'

/** The chosen or else the first choice of a list, before the box to search that list; else the first field. */
export function findFirst(root: HTMLElement): HTMLElement | null {
  const first = root.querySelector<HTMLElement>(FIELDS)
  const isRadio = first instanceof HTMLInputElement && first.type === 'radio'
  const choices = first?.closest('[role="radiogroup"]') ?? (isRadio ? root : null)
  const name = isRadio ? `[name="${first.name}"]` : ''
  return (
    choices?.querySelector<HTMLElement>(`input[type="radio"]${name}:checked`) ??
    choices?.querySelector<HTMLElement>(`input[type="radio"]${name}:enabled`) ??
    first ??
    root.querySelector<HTMLElement>('button:enabled')
  )
}

/** Focus the first thing, and what becomes the first once it is loaded, until the person does something. */
export function focusFirst(root: HTMLElement): () => void {
  let placed: Element | null = null
  const place = () => {
    const at = document.activeElement
    // A field that somebody went to is not taken from them; a button is where one waits.
    if (placed && at !== placed && at !== document.body && at?.matches(FIELDS)) return end()
    const first = findFirst(root)
    if (!first) return
    first.focus()
    placed = first
  }
  const watch = new MutationObserver(place)
  const doings = ['keydown', 'pointerdown', 'input'] as const
  const end = () => {
    watch.disconnect()
    for (const doing of doings) document.removeEventListener(doing, end, true)
  }
  for (const doing of doings) document.addEventListener(doing, end, true)
  watch.observe(root, { childList: true, subtree: true })
  place()
  return end
}

/** Enter chooses what it stands at; once that is chosen it hands the form in, as everywhere. */
export function chooseAtEnter(event: KeyboardEvent): void {
  const at = event.target
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey) return
  if (!(at instanceof HTMLInputElement) || at.type !== 'radio' || at.checked) return
  event.preventDefault()
  at.click()
}
