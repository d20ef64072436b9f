import type { Bill } from '@/api/types'

// A map takes an address in the browser; WeChat's own takes coordinates alone, which nobody has entered of a counter.
let button = '导航到这里'
// #ifndef H5
button = '复制地址，去地图里导航'
// #endif

/** What the button that shows the way says. */
export const WAY_BUTTON = button

/** Show the way to a counter. */
export function showWay(desk: Pick<Bill['desk'], 'address' | 'map_url'>): void {
  // #ifdef H5
  window.open(desk.map_url, '_blank', 'noopener')
  // #endif
  // #ifndef H5
  uni.setClipboardData({ data: desk.address })
  // #endif
}
