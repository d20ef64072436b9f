import { ref } from 'vue'
import { fetchServices } from '@/api/services'
import type { Services } from '@/api/types'

const KEY = 'hall.hotline'
/** The company's number as the manual gives it; what the server says takes its place. */
const FIRST_NUMBER = '96602'

/** The hotline's number, known even where there is no network. */
export const hotline = ref((uni.getStorageSync(KEY) as string) || FIRST_NUMBER)

export function learnHotline(number: string): void {
  if (!number) return
  hotline.value = number
  uni.setStorageSync(KEY, number)
}

/** The services on offer; the hotline's number is learnt on the way. Throws Problem. */
export async function loadServices(): Promise<Services> {
  const services = await fetchServices()
  learnHotline(services.hotline_number)
  return services
}
