/** The closed form of conditions, evaluated as the server does: a missing field compares as null. */
import type { Condition, Value, Values } from '@/api/types'

function isPresent(value: Value): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
}

/** The fields that a condition asks for. */
export function listAskedKeys(condition: Condition | undefined): string[] {
  if (!condition) return []
  if ('all' in condition) return condition.all.flatMap(listAskedKeys)
  if ('any' in condition) return condition.any.flatMap(listAskedKeys)
  return 'not' in condition ? listAskedKeys(condition.not) : [condition.field]
}

export function holds(condition: Condition | undefined, values: Values): boolean {
  if (!condition) return true
  if ('all' in condition) return condition.all.every((part) => holds(part, values))
  if ('any' in condition) return condition.any.some((part) => holds(part, values))
  if ('not' in condition) return !holds(condition.not, values)
  const held = values[condition.field] ?? null
  const asked = condition.value
  switch (condition.op) {
    case 'present':
      return isPresent(held) === (asked !== false)
    case 'eq':
      return held !== null && held === asked
    case 'ne':
      return held !== (asked ?? null)
    case 'in':
      return Array.isArray(asked) && asked.includes(held)
    case 'includes':
      return Array.isArray(held) && held.some((one) => one === asked)
    case 'gte':
      return typeof held === 'number' && typeof asked === 'number' && held >= asked
    case 'lte':
      return typeof held === 'number' && typeof asked === 'number' && held <= asked
  }
}
