import type { Point } from '@/api/types'

/** Where the device is, or a sentence on why that is not known. Asked for only when the customer taps. */
export function askPlace(): Promise<Point | string> {
  return new Promise((resolve) => {
    const refused = '没有取到位置。不影响申请，选好小区、填好门牌号就行。'
    // #ifdef H5
    if (!('geolocation' in navigator)) return resolve(refused)
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lat: coords.latitude, lng: coords.longitude, source: 'browser' }),
      () => resolve(refused),
      { timeout: 10_000, maximumAge: 60_000 },
    )
    // #endif
    // #ifdef MP-WEIXIN
    uni.getLocation({
      type: 'gcj02',
      success: ({ latitude, longitude }) => resolve({ lat: latitude, lng: longitude, source: 'map' }),
      fail: () => resolve(refused),
    })
    // #endif
  })
}
