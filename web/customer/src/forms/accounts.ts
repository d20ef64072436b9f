import type { AccountPage, AccountPerson, AccountRole, OwnAccount } from '@/api/types'
import { showDate } from './shown'

const STATES: Record<NonNullable<OwnAccount['status']>, string> = {
  pending: '已建档，开户办好就能用',
  active: '已开户',
  suspended: '已报停',
  removed: '已拆除',
  closed: '已销户',
}

/** How an account stands. */
export const tellAccountState = (status: OwnAccount['status']): string => (status ? STATES[status] : '')

const ROLES: Record<AccountRole, string> = { owner: '户主', tenant: '租户', agent: '代办人', payer: '缴费人' }

/** What somebody is to an account, in a word. */
export const nameRole = (role: AccountRole): string => ROLES[role]

/** Whom an owner may let in, with what they may do. */
export const GRANTED: { value: Exclude<AccountRole, 'owner'>; label: string }[] = [
  { value: 'tenant', label: '租户：住在这里，能看、能缴费、能报修' },
  { value: 'agent', label: '代办人：替我办事，到哪天为止' },
  { value: 'payer', label: '缴费人：只帮我缴费，看不到门牌' },
]

/** The twelve digits in groups that can be read aloud and compared with a bill. */
export const groupAccountNo = (accountNo: string): string => accountNo.replace(/(\d{4})(?=\d)/g, '$1 ')

/** What is wrong with a number as it was typed, or ''. The last digit is checked by the server. */
export function checkAccountNo(typed: string): string {
  const digits = typed.replace(/\s/g, '')
  if (digits === '') return '请填写户号'
  return /^\d{12}$/.test(digits) ? '' : '户号是 12 位数字，请对照账单核对'
}

/** What is wrong with the end of an identity number as it was typed, or ''. */
export function checkTail(typed: string): string {
  const plain = typed.trim()
  if (plain === '') return '请填写证件号的后六位'
  return /^[0-9A-Za-z]{6}$/.test(plain) ? '' : '只填最后六位，可能以字母 X 结尾'
}

/** What is wrong with the code of a bill as it was typed, or ''. */
export function checkBillCode(typed: string): string {
  const plain = typed.replace(/\s/g, '')
  if (plain === '') return '请填写账单上的校验码'
  return /^[0-9A-Za-z]{6,20}$/.test(plain) ? '' : '校验码是 6 到 20 位数字和字母，请对照账单核对'
}

export const SCOPES: { value: NonNullable<AccountPerson['scope']>[number]; label: string }[] = [
  { value: 'bills', label: '看账单和用气' },
  { value: 'pay', label: '看账单、缴费' },
  { value: 'apply', label: '替我办业务，看得到门牌' },
]

/** What an agent may do and how long, for the owner. */
export function tellTerm(one: Pick<AccountPerson, 'scope' | 'starts_on' | 'ends_on' | 'term'>): string {
  if (one.ends_on === null) return ''
  const until = `到 ${showDate(one.ends_on)}`
  const words = { runs: `${until}，当天有效`, to_come: `${one.starts_on ? showDate(one.starts_on) : ''} 起，${until}`, over: `${until}，已到期，看不到了` }
  const may = SCOPES.filter(({ value }) => one.scope?.includes(value)).map(({ label }) => label)
  return [may.join('；'), words[one.term]].filter(Boolean).join('。')
}

type Use = NonNullable<AccountPage['use']>

const USES: Record<Use['gas_use'], string> = { residential: '居民用气', public_service: '公共服务用气', commercial: '商业用气', industrial: '工业用气' }
const METERS: Record<NonNullable<Use['meter']>['kind'], string> = { mechanical: '机械表', ic_card: 'IC 卡表', iot: '物联网表' }

type SafetyDevice = Use['safety_devices'][number]

const SAFETY_DEVICES: Record<SafetyDevice['kind'], string> = { hose: '软管', alarm: '报警器' }

/** Until when a hose or alarm serves, and what to do where that day is near or over. */
function tellSafetyDevice(one: SafetyDevice): string {
  if (one.expires_on === null) return one.model
  const [year, month, day] = one.expires_on.split('-').map(Number)
  const until = `${year}年${month}月${day}日`
  const words = { valid: `有效期到 ${until}`, soon: `有效期到 ${until}，快到了，请安排更换`, expired: `${until} 已过有效期，请尽快更换`, unknown: '' }
  return [one.model, words[one.state]].filter(Boolean).join('，')
}

/** What the company has of an account, line by line; what is not known has no line, and a reading told elsewhere neither. */
export function listUseLines(use: Use, hasReadings = false): { label: string; text: string }[] {
  const meter = use.meter
  const lines: [string, string][] = [
    ['用气类别', USES[use.gas_use]],
    ['燃气表', meter ? `${METERS[meter.kind]} ${meter.maker} ${meter.meter_no}` : ''],
    ['最近抄表', meter && meter.reading !== null && !hasReadings ? `${meter.reading} m³` : ''],
    ...use.safety_devices.map((one): [string, string] => [SAFETY_DEVICES[one.kind], tellSafetyDevice(one)]),
    ['用气设备', use.appliances.map((one) => `${[one.kind, one.model].filter(Boolean).join(' ')} ${one.quantity} 台`).join('；')],
    ['用途', [use.use_nature, use.use_period].filter(Boolean).join('，')],
  ]
  return lines.filter(([, text]) => text).map(([label, text]) => ({ label, text }))
}
