import { expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { compareWithRecord } from '@/api/cases'
import { tellMatch, useRecordMatches } from '@/domain/recordMatches'

vi.mock('@/api/cases', () => ({ compareWithRecord: vi.fn() }))

it('tells how number and holder compare, and says of what nobody knows that it may be an old one', () => {
  expect(tellMatch({ item: 'account_no', match: 'unknown' })).toMatchObject({ mark: 'amber', text: expect.stringContaining('老户') })
  expect(tellMatch({ item: 'id_number', match: 'differs' }).text).toContain('不一致')
  expect(tellMatch({ item: 'id_number', match: 'unknown' }).mark).toBe('quiet')
})

it('says by what it was verified, and sends nobody to the card again', () => {
  for (const [match, by] of [['proven_by_face', '刷脸'], ['proven_by_staff', '工作人员']] as const) {
    const told = tellMatch({ item: 'id_number', match })
    expect(told).toMatchObject({ mark: 'green', text: expect.stringContaining(by) })
    expect(told.text).not.toContain('请看')
  }
})

it('looks again for another case, and shows nothing where nobody can say', async () => {
  const asked = vi.mocked(compareWithRecord)
  asked.mockResolvedValueOnce({ items: [{ item: 'id_number', match: 'same' }] }).mockRejectedValueOnce(new Error('away'))
  const place = ref({ caseNo: '1', version: 1 })
  const told = useRecordMatches(() => place.value)
  await vi.waitFor(() => expect(told.value.id_number?.text).toContain('一致'))
  place.value = { caseNo: '2', version: 1 }
  await nextTick()
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
  expect(told.value).toEqual({})
})
