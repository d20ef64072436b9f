/** Sends where the handler is, and only while they are on the way to a booked visit. */
import { onBeforeUnmount, ref, type Ref, watch } from 'vue'
import { sendPosition } from '@/api/position'

const EVERY_MS = 15_000

/** `onTheWay` switches it on and off; the result is a sentence for the handler where it does not work. */
export function usePositionSending(onTheWay: Ref<boolean>): Ref<string> {
  const trouble = ref('')
  let timer: ReturnType<typeof setInterval> | undefined

  function send(): void {
    if (!('geolocation' in navigator)) {
      trouble.value = '这台手机不能定位，客户看不到您到哪儿了。'
      return
    }
    navigator.geolocation.getCurrentPosition(
      (found) => {
        if (!onTheWay.value) return
        sendPosition(found.coords.latitude, found.coords.longitude).then(
          () => {
            trouble.value = ''
          },
          () => {
            trouble.value = '位置没有发出去，有网络后会再发。'
          },
        )
      },
      (error) => {
        trouble.value =
          error.code === error.PERMISSION_DENIED
            ? '没有定位权限，客户看不到您到哪儿了。可在手机设置里打开。'
            : '暂时定不到位，过一会儿会再试。'
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 5_000 },
    )
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
    trouble.value = ''
  }

  watch(
    onTheWay,
    (now) => {
      stop()
      if (!now) return
      send()
      timer = setInterval(send, EVERY_MS)
    },
    { immediate: true },
  )
  onBeforeUnmount(stop)
  return trouble
}
