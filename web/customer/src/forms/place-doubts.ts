import { ref, type Ref } from 'vue'
import { checkPlace } from '@/api/services'
import type { Address, Service, Values } from '@/api/types'
import { listFields } from './visibility'

/**
 * What speaks against a business at the address that was filled in, by the key of its field. Asked once for each address that
 * is whole, of whoever is signed in; where it cannot be had nothing is said, and the acceptance looks again.
 */
export function usePlaceDoubts(service: Ref<Service | null>, values: Ref<Values>, isSignedIn: () => boolean) {
  const notes = ref<Record<string, string[]>>({})
  let asked = ''

  async function look(): Promise<void> {
    const field = service.value?.checks_place ? listFields(service.value.form).find((one) => one.type === 'address') : undefined
    if (!service.value || !field || !isSignedIn()) return
    const address = values.value[field.key] as Address | null | undefined
    const place = address && isWhole(address) ? writePlace(address) : ''
    if (place === asked) return
    asked = place
    if (!place) return void (notes.value = {})
    const found = await checkPlace(service.value.key, address!).catch(() => ({ items: [] }))
    // Another address was typed meanwhile.
    if (place === asked) notes.value = { [field.key]: found.items.map((one) => one.text) }
  }

  return { notes, look }
}

const isWhole = (one: Address): boolean => [one.region, one.street, one.community, one.door].every((part) => part.trim() !== '')

const writePlace = (one: Address): string => [one.region, one.street, one.community, one.building, one.unit, one.door].map((part) => part.trim()).join(' ')
