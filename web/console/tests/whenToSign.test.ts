import { expect, it } from 'vitest'
import { listHeldBy, tellWhenToSign } from '@/domain/whenToSign'

it('says of each place whether the step waits for it', () => {
  expect(tellWhenToSign({ signer: 'works', required: true }, ['works'])).toContain('签好才能往下办')
  expect(tellWhenToSign({ signer: 'market', required: true }, ['works'])).toBe('（可以稍后签）')
  expect(tellWhenToSign({ signer: 'agent', required: false }, ['works'])).toBe('（需要时才签）')
})

it('names those without whom nobody goes on, also where what they signed was changed', () => {
  const signer = (key: string, signed_at: string | null, stale = false) => ({ key, label: `${key}部门`, signed_at, stale })
  const signers = [signer('works', '2026-11-29T01:00:00Z'), signer('desk', null), signer('crew', '2026-11-29T01:00:00Z', true), signer('market', null)]
  expect(listHeldBy(signers, ['works', 'desk', 'crew'])).toEqual(['desk部门', 'crew部门'])
  expect(listHeldBy(signers, [])).toEqual([])
})
