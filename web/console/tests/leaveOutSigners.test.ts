import { expect, it } from 'vitest'
import type { FormBody, FormField } from '@/api/types'
import { leaveOutSigners } from '@/domain/formValues'

const field = (key: string, more: Partial<FormField> = {}): FormField => ({ key, label: key, type: 'text', personal: 'none', ...more })

it('lists the parties once: below, with what each has signed', () => {
  const form = {
    key: 'acceptance', version: 1, name: '验收单',
    sections: [
      { key: 'result', title: '结论', fields: [field('verdict'), field('signed_on', { type: 'date', signer: 'engineering' })] },
      { key: 'signatures', title: '签字', fields: [field('sign', { type: 'signature', personal: 'signature', signer: 'engineering' })] },
    ],
  } as FormBody
  expect(leaveOutSigners(form).sections.map((one) => [one.key, one.fields.map((part) => part.key)])).toEqual([['result', ['verdict']]])
  expect(form.sections).toHaveLength(2)
})
