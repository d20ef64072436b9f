import type { Values } from '@/api/types'

/** What people write who smell gas, or whose alarm device sounds. */
const SIGNS = /漏气|跑气|漏煤气|漏燃气|漏天然气|[煤燃]气味|天然气味|瓦斯味|臭鸡蛋|异味|臭味|嘶嘶|一氧化碳|煤气中毒|着火|起火|爆炸|报警器.{0,6}(响|叫)/

/** What denies a sign, or only speaks of looking for one. */
const DENIED = /(没有?|不|无|未)(有)?(闻到|发现|感觉到?)?(什么|任何)?(漏气|跑气|[煤燃]气味|天然气味|异味|臭味|着火|起火)|(检测?|查|测)(一下|一查)?(是否|有没有)?(漏气|跑气)/g

/**
 * Tell whether the words of a form sound like a leak. It only asks whoever writes: a form is read in office hours, and
 * nobody is held up who means something else.
 */
export function soundsLikeLeak(values: Values): boolean {
  return Object.values(values).some((value) => typeof value === 'string' && SIGNS.test(value.replace(DENIED, '')))
}
