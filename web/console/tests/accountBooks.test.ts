import { describe, expect, it } from 'vitest'
import { tellBooks } from '@/domain/accountBooks'

const books = { account_no: '361000000017', owed_fen: 0, owed_bills: 0, balance_fen: null, balance_at: null }

describe('the books of an account', () => {
  it('say what is to be filled in, and what was paid ahead', () => {
    expect(tellBooks(books)).toEqual(['没有没缴的账单。'])
    expect(tellBooks({ ...books, owed_fen: 8000, owed_bills: 2, balance_fen: 1250 })).toEqual([
      '2 张账单没缴清，共 80.00 元，请填进“没缴的账单”。',
      '预存还有 12.50 元。',
    ])
    expect(tellBooks({ ...books, balance_fen: -300 })[1]).toBe('预存已用完，还欠 3.00 元。')
  })
})
