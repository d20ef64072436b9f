/** Figures of the processes: how they read, and what is sent for what was typed. */
import type { Parameter, ParameterGroup } from '@/api/parameters'

/** `1,000 立方米`; a unit that counts by itself follows the figure as one says it: `5 个工作日`. */
export const tellFigure = (value: number, unit: string) => `${value.toLocaleString('zh-CN', { maximumFractionDigits: 2 })} ${unit}`

/** The figure that was typed, or null where it is none. */
export function readFigure(text: string): number | null {
  const value = Number(text)
  return text.trim() === '' || !Number.isFinite(value) ? null : value
}

/** What is sent: the default is not set by hand but gone back to, so that it follows the program. */
export const chooseValue = (value: number, parameter: Pick<Parameter, 'default'>) => (value === parameter.default ? null : value)

/** The figure that the company set and that no longer fits, so that the default holds. */
export function findUnfit(parameter: Pick<Parameter, 'last' | 'is_own'>): number | null {
  return parameter.last && !parameter.last.is_default && !parameter.is_own ? parameter.last.value : null
}

/** The groups that have the words in their name or in a figure's; of the latter only those figures. */
export function searchParameters(groups: readonly ParameterGroup[], words: string): ParameterGroup[] {
  const wanted = words.trim()
  return groups
    .map((group) => (group.name.includes(wanted) ? group : { ...group, parameters: group.parameters.filter((one) => one.label.includes(wanted)) }))
    .filter((group) => group.parameters.length)
}
