import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import type { AvailableAction, DocumentLine, StaffCaseView } from '@/api/types'
import CaseDocuments from '@/components/case/CaseDocuments.vue'
import DocumentSigners from '@/components/case/DocumentSigners.vue'
import SignatureInput from '@/components/form/SignatureInput.vue'
import { leavesUnsigned } from '@/domain/actionNeeds'
import { offersSigning } from '@/domain/papers'
import { DRAWN, tellUnsent, watchUnsent } from '@/domain/unsentFiles'
import { useOpenCase } from '@/stores/openCase'
import { useSession } from '@/stores/session'

vi.mock('@/components/case/DocumentPanel.vue', () => ({
  default: { props: ['name', 'signs'], template: '<div class="panel">{{ name }} {{ signs }}</div>' },
}))

const line = (more: Partial<DocumentLine>): DocumentLine => ({
  task: 3, step: 'inspect', step_name: '安检', name: '安检单', number: 'A-1', state: 'filled', has_draft: false, may_fill: false,
  needed: false, saved_at: null, filled_by: '王师傅', filled_at: '2026-11-26T01:00:00Z', is_erased: false, unsigned: [], may_sign: false, own_unsigned: [], ...more,
})

describe('a document whose step is left', () => {
  beforeEach(() => setActivePinia(createPinia()))

  function show(...documents: DocumentLine[]) {
    const open = useOpenCase()
    open.caseNo = '1'
    open.view = { documents, objections: [], objections_settled: [], actions: [] } as unknown as StaffCaseView
    return mount(CaseDocuments, { global: { plugins: [ElementPlus] } })
  }

  it('says whose signature it waits for and opens where one signs', async () => {
    const shown = show(line({ unsigned: ['安检员签字', '客户签字'], may_sign: true }))
    expect(shown.text()).toContain('待签字：安检员签字、客户签字')
    await shown.get('[aria-label="去签字：安检单"]').trigger('click')
    await nextTick()
    expect(shown.get('.panel').text()).toBe('安检单 true')
  })

  it('says in the customer\'s words what is wrong with it, at that paper alone', async () => {
    const shown = show(line({ unsigned: ['客户签字'] }), line({ task: 4, name: '收据' }))
    const objection = { id: 7, task: 3, paper: '安检单', text: '面积不对', at: '2026-11-26T02:00:00Z', may_answer: true, way: null }
    useOpenCase().view!.objections = [objection]
    await nextTick()
    const [slip, receipt] = shown.findAll('li')
    expect(slip!.text()).toContain('说不对：面积不对')
    expect(slip!.text()).toContain('请联系客户说明，并在这里答复。')
    expect(slip!.text()).not.toContain('改好重新提交')
    expect(receipt!.text()).not.toContain('不对')
    useOpenCase().view!.objections = [{ ...objection, may_answer: false }]
    await nextTick()
    expect(shown.find('[aria-label="答复客户：安检单"]').exists()).toBe(false)
    expect(shown.text()).toContain('由经办人、填单人或负责人联系客户')
  })

  it('keeps what was said before in sight, with what came of it', async () => {
    const shown = show(line({ state: 'superseded' }), line({ task: 8 }))
    const said = { task: 3, text: '读数不对', at: '2026-11-26T02:00:00Z', way: 'remade' as const, answer: null }
    useOpenCase().view!.objections_settled = [said, { ...said, at: '2026-11-26T03:00:00Z', way: 'answered', answer: '读数是对的' }]
    await nextTick()
    const [former, present] = shown.findAll('li')
    expect(former!.text()).toContain('说不对：读数不对（单据已重新填写，客户看得到新旧对照）')
    expect(former!.text()).toContain('（已答复：读数是对的）')
    expect(present!.text()).not.toContain('不对')
  })

  it('stands once, though a later step offers it once more', async () => {
    const offered = line({ task: 4, step: 'dispatch', state: 'to_fill', may_fill: true, filled_at: null, filled_by: '' })
    const shown = show(offered, line({ task: 3 }))
    expect(shown.findAll('li')).toHaveLength(1)
    expect(shown.text()).not.toContain('可填')
    await shown.get('[aria-label="补充：安检单"]').trigger('click')
    await nextTick()
    expect(shown.find('.panel').exists()).toBe(true)
    // Whoever may not write more of it sees what there is, and one that is needed stands for itself.
    expect(show({ ...offered, may_fill: false }, line({ task: 3 })).find('[aria-label="补充：安检单"]').exists()).toBe(false)
    expect(show({ ...offered, needed: true }, line({ task: 3 })).findAll('li')).toHaveLength(2)
  })

  it('offers nothing to who cannot sign it, and nothing once all have', () => {
    const shown = show(line({ unsigned: ['工程管理部门'] }), line({ task: 4 }))
    expect(shown.text()).toContain('待签字：工程管理部门')
    expect(shown.text()).not.toContain('去签字')
    expect(shown.text().match(/待签字/g)).toHaveLength(1)
  })
})

describe('a paper that waits for the reader to sign', () => {
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
  })

  it('is asked for once, whichever steps follow, and another one beside it once as well', () => {
    const open = useOpenCase()
    const look = (...documents: DocumentLine[]) => {
      open.caseNo = '1'
      open.view = { documents, objections: [], objections_settled: [], actions: [] } as unknown as StaffCaseView
      return open.asksToSign()
    }
    const slip = line({ task: 3, own_unsigned: ['安检员签字'] })
    expect([look(slip), look(slip), look(line({ task: 3 }))]).toEqual([true, false, false])
    expect([look(slip, line({ task: 7, own_unsigned: ['供气方'] })), look(slip)]).toEqual([true, false])
    // The panel of the form asks for itself.
    open.noteSigningAsked(9)
    expect(look(line({ task: 9, own_unsigned: ['收款人'] }))).toBe(false)
  })

  it('is not asked for again after the page was opened anew, but by another case or somebody else', () => {
    const look = (caseNo: string, username: string) => {
      setActivePinia(createPinia())
      useSession().me = { username } as never
      const open = useOpenCase()
      open.caseNo = caseNo
      open.view = { documents: [line({ task: 3, own_unsigned: ['安检员签字'] })], actions: [] } as unknown as StaffCaseView
      return open.asksToSign()
    }
    expect([look('1', 'works301'), look('1', 'works301'), look('2', 'works301'), look('1', 'works302')]).toEqual([true, false, true, true])
  })

  it('stands before the others, and says who else it waits for', () => {
    const open = useOpenCase()
    open.caseNo = '1'
    open.view = {
      objections: [],
      objections_settled: [],
      documents: [
        line({ task: 5, name: '移交单', unsigned: ['工程管理部门'] }),
        line({ unsigned: ['安检员签字', '客户签字'], own_unsigned: ['安检员签字'], may_sign: true }),
      ],
    } as unknown as StaffCaseView
    const shown = mount(CaseDocuments, { global: { plugins: [ElementPlus] } })
    const [first, second] = shown.findAll('li')
    expect(first!.text()).toContain('待您签名：安检员签字')
    expect(first!.text()).toContain('待签字：客户签字')
    expect(second!.text()).toContain('移交单')
  })

  it('is asked for where an outcome leaves the step, and not where it returns or explains', () => {
    const action = { kind: 'complete', task: 3, outcome: 'passed', needs_corrections: false, needs_reason: false } as AvailableAction
    const unsigned = { documents: [line({ own_unsigned: ['安检员签字'] })] }
    expect(leavesUnsigned(action, unsigned)).toBe(true)
    expect(leavesUnsigned({ ...action, needs_reason: true }, unsigned)).toBe(false)
    expect(leavesUnsigned(action, { documents: [line({ unsigned: ['客户签字'] })] })).toBe(false)
  })
})

describe('a signature that was drawn and not confirmed', () => {
  const pad = { name: 'SignaturePad', props: ['modelValue'], emits: ['update:modelValue'], template: '<i class="pad" @click="$emit(\'update:modelValue\', \'data:x\')" />' }
  const host = (inside: object, props: object) =>
    mount(
      defineComponent({
        setup() {
          const unsent = watchUnsent()
          return () => h('div', [h('b', unsent.value ?? ''), h(inside, props)])
        },
      }),
      { global: { plugins: [ElementPlus], stubs: { SignaturePad: pad } } },
    )

  it('is told to what holds it, in a form and below it', async () => {
    const inForm = host(SignatureInput, { label: '客户签字', fileKey: '', files: {} })
    await inForm.get('button').trigger('click')
    await inForm.get('.pad').trigger('click')
    await nextTick()
    expect(inForm.get('b').text()).toBe(DRAWN)
    const signer = {
      key: 'customer', label: '客户签字', party: 'customer', may_sign: true, signed_at: null, name: '', way: '', stale: false,
      asks_name: true, known_name: '王*', optional: false,
    }
    const below = host(DocumentSigners, { caseNo: '1', task: 1, sha256: 'x', signers: [signer], about: [] })
    await below.get('.link-button').trigger('click')
    // Whom the document names is not asked for the name again, but another may sign.
    expect(below.text()).toContain('签字人：王*')
    expect(below.find('.name').exists()).toBe(false)
    await below.get('.pad').trigger('click')
    await nextTick()
    expect(below.get('b').text()).toBe(DRAWN)
    await below.get('.glass .link-button').trigger('click')
    expect(below.find('.name').exists()).toBe(true)
  })

  it('keeps the form from being handed in', () => {
    expect(tellUnsent([{ uploading: 0, failed: 0, drawn: 1 }])).toBe(DRAWN)
    expect(tellUnsent([{ uploading: 0, failed: 0, drawn: 0 }])).toBeNull()
  })
})

it('is signed by one visible way where a button of the step asks for the signature anyway', () => {
  const asks = [{ task: 3, asks: ['signature'] }] as AvailableAction[]
  const slip = line({ unsigned: ['客户签字'], may_sign: true })
  expect([offersSigning(slip, []), offersSigning(slip, asks), offersSigning({ ...slip, task: 4 }, asks)]).toEqual([true, false, true])
  // What waits for the reader's own hand is asked for by no button.
  expect(offersSigning({ ...slip, own_unsigned: ['抄表员'] }, asks)).toBe(true)
  expect(offersSigning({ ...slip, may_sign: false, own_unsigned: ['抄表员'] }, asks)).toBe(false)
})
