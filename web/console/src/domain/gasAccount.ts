import type { GasAccount } from '@/api/types'
import { ACCOUNT_STATES, GAS_USES, METER_KINDS } from './gasAccounts'

export interface AccountLine {
  label: string
  text: string
}

/** What a case tells of its account, line by line; what is not known has no line. */
export function listAccountLines(account: GasAccount): AccountLine[] {
  const lines: [string, string][] = [
    ['状态', ACCOUNT_STATES[account.status]],
    ['户名', account.holder],
    ['联系人', [account.contact, account.phone].filter(Boolean).join(' ')],
    ['用气地址', account.place],
    ['用气类别', GAS_USES[account.gas_use]],
    ['用气量', account.monthly_use === null ? '' : `每月 ${account.monthly_use} m³`],
    ['用气压力', account.pressure_kpa === null ? '' : `${account.pressure_kpa} kPa`],
    ['用气性质', account.use_nature],
    ['用气时间', account.use_period],
    ['用气设备', account.appliances.map(tellAppliance).join('；')],
    ['软管、报警器', account.safety_devices.map(tellSafetyDevice).join('；')],
    ['燃气表', tellMeter(account.meter)],
  ]
  return lines.filter(([, text]) => text).map(([label, text]) => ({ label, text }))
}

function tellAppliance(one: GasAccount['appliances'][number]): string {
  const flow = one.rated_flow === null ? '' : `，每台 ${one.rated_flow} Nm³/h`
  return `${one.kind}${one.model ? ` ${one.model}` : ''} ${one.quantity} 台${flow}`
}

function tellMeter(meter: GasAccount['meter']): string {
  if (!meter) return ''
  const reading = meter.reading === null ? '' : `，表底数 ${meter.reading} m³`
  const side = meter.inlet_side ? `，${INLET_SIDES[meter.inlet_side]}` : ''
  const seal = meter.seal_no ? `，表封号 ${meter.seal_no}` : ''
  return `${METER_KINDS[meter.kind]} ${meter.maker} ${meter.meter_no}${reading}${side}${seal}`
}

const INLET_SIDES = { left: '左进气', right: '右进气' } as const
const SAFETY_DEVICES = { hose: '软管', alarm: '报警器' } as const

function tellSafetyDevice(one: GasAccount['safety_devices'][number]): string {
  const name = [SAFETY_DEVICES[one.kind], one.model].filter(Boolean).join(' ')
  const due = { valid: `有效期至 ${one.expires_on}`, soon: `${one.expires_on} 到期，快到期`, expired: `${one.expires_on} 已过期`, unknown: '' }
  return [name, due[one.state]].filter(Boolean).join('，')
}
