const MAP = 'https://apis.map.qq.com/uri/v1/search'

// A map takes an address in the browser; WeChat's own takes coordinates alone, which nobody has entered of a counter.
let button = '导航到这里'
// #ifndef H5
button = '复制地址，去地图里导航'
// #endif

/** What the button that shows the way says. */
export const WAY_BUTTON = button

/** Where the map shows an address; from there it leads the way. */
export const mapAddress = (address: string): string => `${MAP}?keyword=${encodeURIComponent(address)}&referer=gas-hall`

/** Show the way to an address. */
export function showWay(address: string): void {
  // #ifdef H5
  window.open(mapAddress(address), '_blank', 'noopener')
  // #endif
  // #ifndef H5
  uni.setClipboardData({ data: address })
  // #endif
}
