import type { Condition, Value } from '@/api/types'

/**
 * The closed form of conditions, as the server evaluates it; both are held by tests/vectors/conditions.json.
 * A field that is missing compares as null: `ne` and `present: false` may hold, all else does not.
 */
export class ConditionMalformed extends Error {}

type Data = Record<string, Value | undefined>

export function evaluate(condition: Condition, data: Data): boolean {
  if ('all' in condition) return condition.all.every((one) => evaluate(one, data))
  if ('any' in condition) return condition.any.some((one) => evaluate(one, data))
  if ('not' in condition) return !evaluate(condition.not, data)
  const actual: unknown = data[condition.field] ?? null
  const wanted: unknown = condition.value ?? null
  switch (condition.op) {
    case 'eq':
      return actual !== null && isSame(actual, wanted)
    case 'ne':
      return !isSame(actual, wanted)
    case 'in':
      return Array.isArray(wanted) && wanted.some((one) => isSame(actual, one ?? null))
    case 'includes':
      return Array.isArray(actual) && actual.some((one) => isSame(one, wanted))
    case 'present':
      return !isEmpty(actual) === (wanted !== false)
    case 'gte':
      return typeof actual === 'number' && typeof wanted === 'number' && actual >= wanted
    case 'lte':
      return typeof actual === 'number' && typeof wanted === 'number' && actual <= wanted
    default:
      throw new ConditionMalformed(JSON.stringify(condition))
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Equal by content, as data compares in the server. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((one, at) => isSame(one, right[at]))
  if (isRecord(left) && isRecord(right)) {
    const names = Object.keys(left)
    return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], right[name]))
  }
  return false
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
