import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import type { FormField } from '@/api/types'
import { useFilling } from '@/forms/filling'

const photos = (over: Partial<FormField>): FormField => ({
  key: 'photos', label: '照片', type: 'photos', personal: 'none', required: false, ...over,
})

describe('files that did not arrive', () => {
  it('hold up nothing where they need not come', () => {
    const filling = useFilling()
    filling.setPending('photos', { uploading: 1, failed: 0 })
    expect(filling.tellBlocked([photos({})])).toBe('文件正在上传，传完就能提交')
    filling.setPending('photos', { uploading: 0, failed: 1 })
    expect(filling.tellBlocked([photos({})])).toBe('')
    expect(filling.nameSubmit('提交申请')).toBe('不传这一份，直接提交')
    filling.setPending('photos', { uploading: 0, failed: 2 })
    expect(filling.nameSubmit('提交申请')).toBe('不传这 2 份，直接提交')
    filling.setPending('photos', { uploading: 0, failed: 0 })
    expect(filling.nameSubmit('提交申请')).toBe('提交申请')
  })

  it('hold up what cannot do without them', () => {
    const filling = useFilling()
    filling.setPending('photos', { uploading: 0, failed: 1 })
    expect(filling.tellBlocked([photos({ required: true })])).toBe('有必须交的文件没传上，请重传或换一份')
    filling.change('photos', ['a'])
    expect(filling.tellBlocked([photos({ required: true })])).toBe('')
    filling.change('photos', [])
    expect(filling.tellBlocked([photos({ required: true, may_be_owed: true })])).toBe('')
  })

  it('are sent again only where that may help', () => {
    const isRefused = (code: string): boolean => new Problem(code, '', 422).isFileRefused
    expect(['file_kind_refused', 'file_broken', 'file_too_large', 'no_network'].map(isRefused)).toEqual([true, true, true, false])
  })
})
