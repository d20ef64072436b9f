/** What an account owes by its bills and has paid ahead, in the words of whoever settles it. */
import type { CaseBooks } from '@/api/types'
import { tellYuan } from './money'

export function tellBooks(books: CaseBooks): string[] {
  const owed = books.owed_fen > 0 ? `${books.owed_bills} 张账单没缴清，共 ${tellYuan(books.owed_fen)} 元，请填进“没缴的账单”。` : '没有没缴的账单。'
  const ahead = books.balance_fen
  if (ahead === null || ahead === 0) return [owed]
  return [owed, ahead > 0 ? `预存还有 ${tellYuan(ahead)} 元。` : `预存已用完，还欠 ${tellYuan(-ahead)} 元。`]
}
