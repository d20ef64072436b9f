import { ref } from 'vue'

/** Whether the device says it has a network; what it says is a hint and never stops an attempt. */
export const isOnline = ref(true)

/** Keep `isOnline` up to date; called once at launch. */
export function watchNetwork(): void {
  uni.getNetworkType({ success: (found) => (isOnline.value = found.networkType !== 'none') })
  uni.onNetworkStatusChange((change) => (isOnline.value = change.isConnected))
}
