import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { StaffCaseView } from '@/api/types'
import ObjectionBanner from '@/components/case/ObjectionBanner.vue'
import ReasonInput from '@/components/ReasonInput.vue'
import { tellNext } from '@/domain/actionNeeds'
import { tellNewer } from '@/domain/freshCase'
import { endsCollection, findEndedFirst, findRemaking, isRemaking, tellEnding, tellRemaking } from '@/domain/remaking'
import { useOpenCase } from '@/stores/openCase'

vi.mock('@/api/cases')
vi.mock('@/api/documents', () => ({ answerObjection: vi.fn() }))
vi.mock('@/api/realtime', () => ({ hints: { watchCases: () => undefined } }))
vi.mock('@/components/case/AnswerDialog.vue', () => ({ default: { props: ['paper'], template: '<div class="answers">{{ paper }}</div>' } }))
vi.mock('@/components/action/ActionDialog.vue', () => ({ default: { props: ['action'], template: '<div class="asks">{{ action.name }}</div>' } }))

const way = { task: 5, outcome: 'recheck', name: '数据不对，重新核对气量', ends_child: false }
const objection = { id: 7, task: 3, paper: '气量核对单', text: '读数不对', at: '2026-11-26T02:00:00Z', may_answer: true, way }
const recheck = { kind: 'complete', task: 5, outcome: 'recheck', name: way.name }
const view = { actions: [recheck], open_tasks: [{ no: 5, party_name: '客户服务部' }], child: null, objections: [objection] } as unknown as StaffCaseView

describe('the way to a paper that is made anew', () => {
  it('is a button for whoever has it, and names who else has', () => {
    expect(findRemaking(objection, view)).toEqual(recheck)
    expect(tellRemaking(objection, view)).toContain('不用先答复，直接点“数据不对，重新核对气量”')
    const others = { ...view, actions: [] }
    expect(findRemaking(objection, others)).toBeNull()
    expect(tellRemaking(objection, others)).toContain('由客户服务部点“数据不对，重新核对气量”')
    expect(tellRemaking({ ...objection, way: null }, view)).toBe('')
  })

  it('says what is to be ended before, that it ends no more than that, and leads there', () => {
    const first = { ...objection, way: { ...way, ends_child: true } }
    const collecting = { ...view, child: { case_no: '9' } } as unknown as StaffCaseView
    expect([findRemaking(first, collecting), findEndedFirst(first, collecting), findEndedFirst(objection, collecting)]).toEqual([null, '9', null])
    expect(tellRemaking(first, collecting)).toContain('只终止收费，客户的申请还在，再回到这件点“数据不对，重新核对气量”')
  })

  it('and ending a collection have reasons and words of their own', () => {
    expect(isRemaking({ task: 5, outcome: 'recheck_here' }, [])).toBe(true)
    expect([isRemaking(recheck, []), isRemaking({ task: 5, outcome: 'back' }, [{ ...objection, way: { ...way, outcome: 'back' } }]), isRemaking({ task: 5, outcome: 'suspend' }, [objection])]).toEqual([true, true, false])
    const part = { parent_case_no: '1', open_tasks: [{ queue: 'charge' }], order_name: '收费', service_name: '报停' } as unknown as StaffCaseView
    const cancel = { kind: 'cancel' as const, name: '终止收费' }
    expect([endsCollection(cancel, part), endsCollection(cancel, { ...part, parent_case_no: null })]).toEqual([true, false])
    expect(tellEnding(cancel, part, true)).toContain('只终止这次收费，客户的申请不终止')
    expect(tellEnding(cancel, { ...part, open_tasks: [] }, false)).toContain('只终止“收费”这一件')
    expect(tellEnding(cancel, { ...part, parent_case_no: null }, true)).toContain('客户会收到通知')
  })
})

describe('the head of a case', () => {
  beforeEach(() => setActivePinia(createPinia()))

  function show(objections: object[]) {
    const open = useOpenCase()
    open.caseNo = '1'
    open.view = { ...view, objections } as unknown as StaffCaseView
    return mount(ObjectionBanner, { props: { base: '/cases' }, global: { stubs: { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' }, ElIcon: true } } })
  }

  it('has the words, since when they wait, and both ways', async () => {
    const shown = show([objection, { ...objection, id: 8, text: '金额也不对' }])
    expect(shown.findAll('section')).toHaveLength(1)
    expect(shown.text()).toContain('“读数不对”')
    expect(shown.text()).toContain('“金额也不对”')
    expect(shown.text()).toContain('等了')
    const [answer, again] = shown.findAll('button')
    await answer!.trigger('click')
    expect(shown.get('.answers').text()).toBe('气量核对单')
    await again!.trigger('click')
    expect(shown.get('.asks').text()).toBe(way.name)
  })

  it('offers nothing to who may not answer, and is gone once it is settled', async () => {
    const shown = show([{ ...objection, may_answer: false }])
    expect(shown.findAll('button')).toHaveLength(0)
    expect(shown.text()).toContain('由经办人、填单人或负责人')
    useOpenCase().view!.objections = []
    await nextTick()
    expect(shown.find('section').exists()).toBe(false)
  })

  it('tells only who has typed something that it stays', () => {
    expect(tellNewer(false)).not.toContain('您填的内容')
    expect(tellNewer(true)).toContain('您填的内容会留着')
  })

  it('does not send away who owes an answer', () => {
    const open_tasks = [{ name: '再查气款', party_name: '客户服务部' }] as StaffCaseView['open_tasks']
    expect(tellNext({ open_tasks, objections: [objection] })).toBe('客户对单据有异议，还等您答复')
    expect(tellNext({ open_tasks, objections: [] })).toBe('在等客户服务部：再查气款，您不用再办')
  })
})

describe('reasons that are laid out', () => {
  it('stand below the box from the beginning, stay as they are while one presses a button, and can be picked', async () => {
    const shown = mount(ReasonInput, { props: { modelValue: '', reasons: ['读数抄错了', '金额开错了'], label: '原因', isLaidOut: true } })
    expect(shown.get('ul').classes()).toContain('out')
    expect(shown.get('ul').attributes('style') ?? '').not.toContain('display: none')
    await shown.get('input').setValue('金额')
    await shown.setProps({ modelValue: '金额' })
    await shown.get('input').trigger('blur')
    expect(shown.findAll('li').map((one) => one.text())).toEqual(['金额开错了'])
    await shown.get('li').trigger('pointerdown')
    expect(shown.emitted('update:modelValue')!.at(-1)).toEqual(['金额开错了'])
  })
})
