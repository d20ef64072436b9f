import { shallowRef } from 'vue'
import { fetchAreas } from '@/api/services'
import type { Region } from '@/api/types'

/** The places that the company serves; looked up once a visit. */
export const regions = shallowRef<Region[]>([])

/** Throws Problem. */
export async function loadAreas(): Promise<void> {
  if (regions.value.length === 0) regions.value = (await fetchAreas()).regions
}
