/** Which places of a paper have to be signed before the step can be left, and which can be signed later or not at all. */
import type { DocumentView, FormField } from '@/api/types'

type Signer = DocumentView['signers'] extends (infer One)[] | null | undefined ? One : never

/** What stands beside a place for a signature in a form that is filled in; `first` are the signers that the step waits for. */
export function tellWhenToSign(field: Pick<FormField, 'signer' | 'required'>, first: readonly string[]): string {
  if (field.signer && first.includes(field.signer)) return '（可以交表后再签，签好才能往下办）'
  return field.required ? '（可以稍后签）' : '（需要时才签）'
}

/** The names of those who have not signed what is handed in, and without whom the step cannot be left. */
export const listHeldBy = (signers: readonly Pick<Signer, 'key' | 'label' | 'signed_at' | 'stale'>[], first: readonly string[]): string[] =>
  signers.filter((one) => first.includes(one.key) && (!one.signed_at || one.stale)).map((one) => one.label)
