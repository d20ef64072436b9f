/** Units as a tree, and people as lists show them. */
import type { KeptUnit, Post, Posts, StaffPerson } from '@/api/organisation'
import { tellDay } from './dates'

export const KIND_NAMES: Record<string, string> = { centre: '中心', division: '事业部', unit: '单位' }

export interface TreeRow {
  unit: KeptUnit
  depth: number
}

/** The units parents before children, by code among brothers; whoever's parent is not among them is a root. */
export function listTree(units: readonly KeptUnit[]): TreeRow[] {
  const known = new Set(units.map((unit) => unit.code))
  const below = new Map<string, KeptUnit[]>()
  for (const unit of units) {
    const parent = unit.parent_code !== null && known.has(unit.parent_code) ? unit.parent_code : ''
    below.set(parent, [...(below.get(parent) ?? []), unit])
  }
  const rows: TreeRow[] = []
  const visit = (parent: string, depth: number) => {
    for (const unit of (below.get(parent) ?? []).sort((left, right) => left.code.localeCompare(right.code))) {
      rows.push({ unit, depth })
      visit(unit.code, depth + 1)
    }
  }
  visit('', 0)
  return rows
}

/** The code itself and those of all units below it. */
export function listBelow(units: readonly KeptUnit[], code: string): Set<string> {
  const found = new Set([code])
  let before = 0
  while (found.size > before) {
    before = found.size
    for (const unit of units) if (unit.parent_code !== null && found.has(unit.parent_code)) found.add(unit.code)
  }
  return found
}

export const nameUnit = (units: readonly KeptUnit[], code: string) => units.find((unit) => unit.code === code)?.name ?? code

/** Names of posts by key, the key itself where it has none. */
export const namePosts = (keys: readonly string[], posts: readonly Post[]) =>
  keys.map((key) => posts.find((post) => post.key === key)?.name ?? key)

type Away = Pick<StaffPerson, 'presence' | 'absent_from' | 'absent_until'>
export type Level = 'green' | 'amber' | 'none'

/** State as word, sign and colour; with the days where they are known. */
export function tellAway(person: Away, today: string): { sign: string; text: string; level: Level } {
  if (person.presence === 'left') return { sign: '✕', text: '已离职', level: 'none' }
  if (person.presence === 'absent') {
    const until = person.absent_until ? `，到 ${tellDay(person.absent_until)}` : ''
    return { sign: '○', text: `请假${until}`, level: 'amber' }
  }
  if (person.absent_from && person.absent_from > today) {
    const span = person.absent_until ? ` 到 ${tellDay(person.absent_until)}` : ' 起'
    return { sign: '●', text: `在岗，${tellDay(person.absent_from)}${span}请假`, level: 'green' }
  }
  return { sign: '●', text: '在岗', level: 'green' }
}

/** Whether somebody is away on a day, as far as it is known today. */
export function isAwayOn(person: Away, day: string): boolean {
  if (person.presence === 'left') return true
  if (!person.absent_from) return false
  return person.absent_from <= day && (!person.absent_until || person.absent_until >= day)
}

/** People whose name or user name has these words in it. */
export function searchPeople(people: readonly StaffPerson[], words: string): StaffPerson[] {
  const wanted = words.trim().toLowerCase()
  return people.filter((one) => one.name.toLowerCase().includes(wanted) || one.username.includes(wanted))
}

/** Whether a unit keeps this person itself: not oneself, and nobody with a post that one may not give. */
export function mayKeep(person: StaffPerson, posts: Posts, self: string | undefined): boolean {
  const givable = new Set([...posts.positions, ...posts.departments].filter((one) => one.may_give).map((one) => one.key))
  return person.username !== self && [...person.positions, ...person.departments].every((key) => givable.has(key))
}
