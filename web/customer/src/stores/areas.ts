import { shallowRef } from 'vue'
import { fetchAreas } from '@/api/services'
import type { Address, Region } from '@/api/types'
import { tellUnserved } from '@/forms/places'
import { hotline } from './hotline'

/** The places that the company serves; looked up once a visit. */
export const regions = shallowRef<Region[]>([])

/** Throws Problem. */
export async function loadAreas(): Promise<void> {
  if (regions.value.length === 0) regions.value = (await fetchAreas()).regions
}

/** Why nobody can come to this address, as far as is known here, or null. */
export const checkServed = (address: Address): string | null => tellUnserved(regions.value, address, hotline.value)
