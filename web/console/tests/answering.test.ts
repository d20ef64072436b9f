import { flushPromises, mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { answerObjection } from '@/api/documents'
import type { StaffCaseView } from '@/api/types'
import AnswerDialog from '@/components/case/AnswerDialog.vue'
import { tellIdle } from '@/domain/actionNeeds'
import { tellDisputed } from '@/domain/money'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/documents', () => ({ answerObjection: vi.fn() }))
vi.mock('@/components/EditDialog.vue', () => ({
  default: { props: ['title', 'save', 'lacking'], template: '<form @submit.prevent="save().catch(() => undefined)">{{ lacking }}<slot /></form>' },
}))

const objections: StaffCaseView['objections'] = [
  { id: 7, task: 3, paper: '气量核对单', text: '读数不对', at: '2026-11-26T02:00:00Z', may_answer: true, way: null },
  { id: 9, task: 3, paper: '气量核对单', text: '金额也不对', at: '2026-11-26T03:00:00Z', may_answer: true, way: null },
]

describe('an answer to a customer who objects', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.mocked(answerObjection).mockReset()
  })

  it('is to all that was seen, and the same command however often it is sent', async () => {
    vi.mocked(answerObjection).mockRejectedValueOnce(new Error('no network')).mockResolvedValueOnce(undefined)
    const open = useOpenCase()
    open.caseNo = '1'
    vi.spyOn(open, 'check').mockResolvedValue(undefined)
    const shown = mount(AnswerDialog, { props: { task: 3, paper: '气量核对单', objections }, global: { plugins: [ElementPlus] } })
    expect(shown.text()).toContain('写明怎么答复的')
    expect(shown.text()).toContain('金额也不对')
    await shown.get('textarea').setValue(' 已电话核对 ')
    await shown.get('form').trigger('submit')
    await flushPromises()
    expect(shown.emitted('close')).toBeUndefined()
    await shown.get('form').trigger('submit')
    await flushPromises()
    const [first, second] = vi.mocked(answerObjection).mock.calls
    expect(first).toEqual(second)
    expect(second).toEqual(['1', 3, { command_id: expect.any(String), objection: 9, text: '已电话核对' }])
    expect(shown.emitted('close')).toHaveLength(1)
  })
})

describe('what the page says while it stands open', () => {
  it('sends who may answer to the papers, and nobody else', () => {
    const view = { status: 'open', step_name: '缴费', objections } as unknown as StaffCaseView
    expect(tellIdle(view)).toContain('客户对单据有异议')
    expect(tellIdle({ ...view, objections: objections.map((one) => ({ ...one, may_answer: false })) })).toContain('没有要您办的')
  })

  it('asks whoever takes the money to look into it first', () => {
    expect(tellDisputed(['气量核对单'], null)).toBe('客户对“气量核对单”有异议，先核实再收。')
    expect(tellDisputed(['气量核对单'], { is_disputed: true })).toContain('客户对数有异议，先不收')
    expect(tellDisputed([], { is_disputed: false })).toBe('')
  })
})
