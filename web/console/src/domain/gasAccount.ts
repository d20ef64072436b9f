import type { GasAccount } from '@/api/types'

const STATES: Record<GasAccount['status'], string> = {
  pending: '已建档，待通气',
  active: '正常用气',
  suspended: '已报停',
  removed: '已拆除',
  closed: '已销户',
}
const USES: Record<GasAccount['gas_use'], string> = {
  residential: '居民',
  public_service: '公共服务',
  commercial: '商业',
  industrial: '工业',
}
const METERS: Record<NonNullable<GasAccount['meter']>['kind'], string> = { mechanical: '机械表', ic_card: 'IC卡表', iot: '物联表' }

export interface AccountLine {
  label: string
  text: string
}

/** What a case tells of its account, line by line; what is not known has no line. */
export function listAccountLines(account: GasAccount): AccountLine[] {
  const lines: [string, string][] = [
    ['状态', STATES[account.status]],
    ['户名', account.holder],
    ['联系人', [account.contact, account.phone].filter(Boolean).join(' ')],
    ['用气地址', account.place],
    ['用气类别', USES[account.gas_use]],
    ['用气量', account.monthly_use === null ? '' : `每月 ${account.monthly_use} m³`],
    ['用气压力', account.pressure_kpa === null ? '' : `${account.pressure_kpa} kPa`],
    ['用气性质', account.use_nature],
    ['用气时间', account.use_period],
    ['用气设备', account.appliances.map(tellAppliance).join('；')],
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
  return `${METERS[meter.kind]} ${meter.maker} ${meter.meter_no}${reading}`
}
