/**
 * Where short messages stand: at the lower left, which is neither the menu nor a heading nor where the main action of
 * a page is; on a phone above the bar of buttons at the lower edge.
 */
export const TOASTS = { placement: 'bottom-left' as const, offset: window.innerWidth < 700 ? 132 : 24 }
