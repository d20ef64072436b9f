/** A contract that waits for its approval shows no place to sign. */
import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { describe, expect, it } from 'vitest'
import type { FormBody } from '@/api/types'
import FormFill from '@/components/form/FormFill.vue'

const form = {
  key: 'contract', version: 1, name: '合同',
  sections: [
    {
      key: 'all', title: '内容',
      fields: [
        { key: 'fee', label: '合同价', type: 'text', required: true, personal: 'none' },
        { key: 'agent', label: '授权代表', type: 'text', required: false, personal: 'none', signer: 'party_b' },
      ],
    },
  ],
} as unknown as FormBody

const show = (signsLater: boolean) =>
  mount(FormFill, { props: { form, values: {}, errors: {}, files: {}, masked: [], signsLater }, global: { plugins: [ElementPlus] } }).text()

describe('a form whose signatures wait', () => {
  it('asks for all but them until they may be given', () => {
    expect(show(true)).toContain('合同价')
    expect(show(true)).not.toContain('授权代表')
    expect(show(false)).toContain('授权代表')
  })
})
