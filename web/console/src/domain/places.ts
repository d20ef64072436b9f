import type { ServedRegion } from '@/api/lookups'
import type { Address } from '@/api/types'

/** To whom a community goes that is written and not in the street's list, or null for one that is or may yet become one. */
export function tellUnlisted(regions: ServedRegion[], address: Pick<Address, 'region' | 'street' | 'community'>): string | null {
  const street = regions.find((one) => one.name === address.region)?.streets.find((one) => one.name === address.street)
  const written = address.community.trim()
  if (!street || !written || street.communities.some((one) => one.startsWith(written))) return null
  if (street.serves_rest) return `“${written}”不在列表里，归${street.name}的“其余地方”。`
  return `“${written}”不在列表里，${street.name}也没有“其余地方”：现在没有单位负责这里，请核对。`
}

const NEEDED = ['region', 'street', 'community', 'door'] as const

/** The part that is to be mended first; where none is missing it is the place itself. */
export const findWrongPart = (address: Address) => NEEDED.find((one) => !address[one].trim()) ?? 'community'
