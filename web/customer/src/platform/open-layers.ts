/** How to close what lies over the screen, the topmost last. */
export const openLayers: (() => void)[] = []

/** The page itself leaves: what lies over it goes with it, and does not hold the way back up. */
export function leaveLayers(): void {
  openLayers.length = 0
}
