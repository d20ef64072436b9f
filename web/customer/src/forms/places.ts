import type { Address, Region } from '@/api/types'

/** The last choice of every list of communities: whose place is not in it writes its name. */
export const ELSEWHERE = '我的小区不在列表里'

type Street = Region['streets'][number]
type Where = Pick<Address, 'region' | 'street' | 'community'>
export type PlacePart = 'region' | 'street' | 'community' | 'door'

export function findStreet(regions: Region[], where: Where): Street | null {
  return regions.find((one) => one.name === where.region)?.streets.find((one) => one.name === where.street) ?? null
}

/** Whether the name was written and not chosen; a street without a list has all its names written. */
export function isWritten(street: Street | null, community: string): boolean {
  return street !== null && (street.communities.length === 0 || (community !== '' && !street.communities.includes(community)))
}

/** Where only the communities of the list are served: why no other can be given, with whom to call instead. Or null. */
export function tellUnserved(regions: Region[], where: Where, hotline: string): string | null {
  const street = findStreet(regions, where)
  if (!street || street.serves_rest || street.communities.includes(where.community)) return null
  return tellNoRest(street, hotline)
}

export function tellNoRest(street: Street, hotline: string): string {
  return `${street.name}在网上只能办列表里的小区。您的小区不在里面的，请打客服热线 ${hotline}，我们帮您登记。`
}

/** The part that is to be mended first. Where none is missing it is the place itself that was refused. */
export function findWrongPart(address: Address, isDoorOptional = false): PlacePart {
  for (const part of ['region', 'street', 'community'] as const) if (!address[part].trim()) return part
  return address.door.trim() || isDoorOptional ? 'community' : 'door'
}
