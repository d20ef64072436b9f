/** How an application compares with the company's own records, told beside the field; the record itself is not shown. */
import { ref, watch, type Ref } from 'vue'
import { compareWithRecord } from '@/api/cases'
import type { RecordMatch } from '@/api/types'

export interface ToldMatch {
  text: string
  mark: 'green' | 'amber' | 'quiet'
}

const OF_ACCOUNT: Record<Exclude<RecordMatch['match'], 'proven_by_face' | 'proven_by_staff'>, ToldMatch> = {
  same: { text: '✓ 户号、地址与登记一致', mark: 'green' },
  differs: { text: '与登记不一致', mark: 'amber' },
  elsewhere: { text: '这个户号登记在别的地址，请核对', mark: 'amber' },
  unknown: { text: '查不到这个户号（也可能是还没录入的老户），请核对', mark: 'amber' },
}
const OF_HOLDER: Record<RecordMatch['match'], ToldMatch> = {
  same: { text: '✓ 与登记的户主一致', mark: 'green' },
  differs: { text: '与登记的户主不一致，请核对', mark: 'amber' },
  elsewhere: { text: '与登记不一致，请核对', mark: 'amber' },
  unknown: { text: '公司档案里没有户主的证件号，请看证件原件', mark: 'quiet' },
  proven_by_face: { text: '✓ 客户刷脸通过，姓名和身份证号已核验，不用再看证件原件', mark: 'green' },
  proven_by_staff: { text: '✓ 工作人员已核对过，是客户本人，不用再核对', mark: 'green' },
}

export function tellMatch(one: RecordMatch): ToldMatch {
  return one.item === 'account_no' && one.match in OF_ACCOUNT ? OF_ACCOUNT[one.match as keyof typeof OF_ACCOUNT] : OF_HOLDER[one.match]
}

/** Field → what is told of it; empty where nothing can be compared, or nobody can say. */
export function useRecordMatches(place: () => { caseNo: string; version: number } | null): Ref<Record<string, ToldMatch>> {
  const told = ref<Record<string, ToldMatch>>({})
  watch(
    () => JSON.stringify(place()),
    async (asked) => {
      const at = place()
      told.value = {}
      if (!at) return
      const found = await compareWithRecord(at.caseNo).catch(() => ({ items: [] }))
      if (JSON.stringify(place()) === asked) told.value = Object.fromEntries(found.items.map((one) => [one.item, tellMatch(one)]))
    },
    { immediate: true },
  )
  return told
}
