const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** Whether an 18-digit resident identity number is well formed: birthday and check digit (GB 11643). */
export function isIdNumber(text: string): boolean {
  const upper = text.toUpperCase()
  if (!/^[1-9]\d{16}[\dX]$/.test(upper)) return false
  const [year, month, day] = [upper.slice(6, 10), upper.slice(10, 12), upper.slice(12, 14)].map(Number)
  const born = new Date(Date.UTC(year, month - 1, day))
  if (year < 1900 || born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) return false
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(upper[at]), 0)
  return CHECKS[sum % 11] === upper[17]
}
