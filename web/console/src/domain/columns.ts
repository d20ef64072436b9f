import type { ColumnKey } from '@/stores/preferences'

export interface Column {
  key: ColumnKey
  name: string
  /** A CSS grid track: beside an open case, where a line has little room, and without one. */
  track: string
  wide?: string
}

/** All columns of the list, in the order in which they stand. */
export const COLUMNS: readonly Column[] = [
  { key: 'time_left', name: '时限', track: '132px', wide: '140px' },
  { key: 'service', name: '业务', track: '78px', wide: '136px' },
  { key: 'customer', name: '客户', track: '52px' },
  { key: 'place', name: '地点', track: 'minmax(96px, 1fr)' },
  { key: 'step', name: '环节', track: '128px' },
  { key: 'marks', name: '标记', track: '96px' },
  { key: 'unit', name: '单位', track: '120px' },
  { key: 'handler', name: '责任人', track: '72px' },
  { key: 'opened_at', name: '提交时间', track: '96px' },
  { key: 'channel', name: '来源', track: '64px' },
  { key: 'case_no', name: '办件号', track: '152px' },
]
