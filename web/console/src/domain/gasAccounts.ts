/** What the states and kinds of gas accounts and meters are called. */
export const ACCOUNT_STATES: Record<string, string> = { pending: '已建档，待开户', active: '正常用气', suspended: '已报停', removed: '已拆除', closed: '已销户' }
export const GAS_USES: Record<string, string> = { residential: '居民用气', public_service: '公共服务用气', commercial: '商业用气', industrial: '工业用气' }
export const METER_KINDS: Record<string, string> = { mechanical: '机械表', ic_card: 'IC 卡表', iot: '物联网表' }
export const ROLES: Record<string, string> = { owner: '户主', tenant: '租户', payer: '缴费人', agent: '代办人' }
