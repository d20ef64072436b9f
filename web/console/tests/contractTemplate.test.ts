import { describe, expect, it } from 'vitest'
import { decodeFile, findLine, insertBlank, listUsed, nameBlanks } from '@/domain/contractTemplate'

const TEXT = '第一行\n{{ buyer! }} 和 {{case.address}}\n{{fee=3}}'

describe('the text of a contract template', () => {
  it('finds the line of a problem', () => {
    const [from, to] = findLine(TEXT, 2)
    expect(TEXT.slice(from, to)).toBe('{{ buyer! }} 和 {{case.address}}')
    expect(findLine(TEXT, 1)).toEqual([0, 3])
    expect(findLine(TEXT, 9)).toEqual([TEXT.length, TEXT.length])
    expect(findLine(TEXT, 0)).toEqual([TEXT.length, TEXT.length])
  })

  it('puts a blank in place of what is selected', () => {
    expect(insertBlank('付 XX 元', 2, 4, 'price')).toEqual({ text: '付 {{price}} 元', at: 11 })
    expect(insertBlank('', 0, 0, 'price').text).toBe('{{price}}')
  })

  it('knows which blanks are used', () => {
    expect([...listUsed(TEXT)]).toEqual(['buyer', 'case.address', 'fee'])
  })

  it('reads with the blanks by their Chinese names', () => {
    const blanks = [{ name: 'buyer', label: '用气方' }, { name: 'case.address', label: '用气地址' }]
    expect(nameBlanks(TEXT, blanks)).toBe('第一行\n〔用气方，必填〕 和 〔用气地址〕\n3')
    expect(nameBlanks('{{buyers}}', blanks)).toBe('{{buyers}}')
  })

  it('reads UTF-8 and nothing else', () => {
    const bytes = (...codes: number[]) => new Uint8Array(codes).buffer
    expect(decodeFile(new TextEncoder().encode('\ufeff合同\r\n完').buffer as ArrayBuffer)).toBe('合同\n完')
    // 合同 in GB 18030
    expect(decodeFile(bytes(0xba, 0xcf, 0xcd, 0xac))).toBeNull()
  })
})
