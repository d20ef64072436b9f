import { expect, it } from 'vitest'
import type { GasAccount } from '@/api/types'
import { listAccountLines } from '@/domain/gasAccount'

const ACCOUNT: GasAccount = {
  account_no: '301123456780',
  status: 'pending',
  holder: '明湖餐饮有限公司',
  contact: '李*',
  phone: '139****1111',
  place: '历下区 文化路',
  gas_use: 'commercial',
  monthly_use: 1500,
  pressure_kpa: 2.5,
  use_nature: '餐饮',
  use_period: '全年',
  appliances: [
    { kind: '大锅灶', model: '双头', quantity: 2, rated_flow: 3.5 },
    { kind: '蒸箱', model: '', quantity: 1, rated_flow: null },
  ],
  safety_devices: [{ kind: 'alarm', model: '汉威', installed_on: '2024-01-01', expires_on: '2026-12-31', state: 'soon' }],
  meter: { maker: '金卡', meter_no: '37001', kind: 'iot', reading: 0, inlet_side: 'left', seal_no: 'F-17' },
}

it('tells an account line by line', () => {
  const lines = Object.fromEntries(listAccountLines(ACCOUNT).map((one) => [one.label, one.text]))
  expect(lines['状态']).toBe('已建档，待开户')
  expect(lines['联系人']).toBe('李* 139****1111')
  expect(lines['用气设备']).toBe('大锅灶 双头 2 台，每台 3.5 Nm³/h；蒸箱 1 台')
  expect(lines['燃气表']).toBe('物联网表 金卡 37001，表底数 0 m³，左进气，表封号 F-17')
  expect(lines['软管、报警器']).toBe('报警器 汉威，2026-12-31 到期，快到期')
})

it('leaves out what is not known', () => {
  const bare = { ...ACCOUNT, contact: '', phone: '', monthly_use: null, pressure_kpa: null, use_period: '', appliances: [], safety_devices: [], meter: null }
  expect(listAccountLines(bare).map((one) => one.label)).toEqual(['状态', '户名', '用气地址', '用气类别', '用气性质'])
})
