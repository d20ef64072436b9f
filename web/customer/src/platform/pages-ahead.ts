/** Each page is a file of its own; on a line that comes and goes the next one may not arrive when it is wanted. */
const PAGES = import.meta.glob('../pages/*/*.vue')

/** Who smells gas in a cellar without a signal needs this one first. */
const FIRST = '../pages/alarm/'

/** Who looks at the first page for this long has all that it shows; the rest may use the line. */
const IDLE_MS = 1_500

/** Every page's file, in the order in which they are fetched. */
export function orderPages(): string[] {
  return Object.keys(PAGES).sort((one, other) => Number(other.startsWith(FIRST)) - Number(one.startsWith(FIRST)))
}

/**
 * Fetch all other pages one after another, so that each opens without a network later on. A page that does not come is
 * left for when it is asked for.
 */
export function fetchPagesAhead(): void {
  setTimeout(async () => {
    for (const path of orderPages()) await PAGES[path]!().catch(() => undefined)
  }, IDLE_MS)
}
