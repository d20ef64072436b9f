import { ref } from 'vue'

const KEY = 'hall.care'

/** 关怀模式: larger text, fewer tiles, the voice call first. Remembered on this device. */
export const isCareOn = ref(uni.getStorageSync(KEY) === 'on')

export function switchCare(): void {
  isCareOn.value = !isCareOn.value
  uni.setStorageSync(KEY, isCareOn.value ? 'on' : 'off')
}
