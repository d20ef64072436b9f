import { expect, it } from 'vitest'
import { tellBusiness } from '@/domain/contact'

it('tells the fee and the works of one customer apart, and names nothing twice', () => {
  expect(tellBusiness({ service_name: '居民报装', order_name: null })).toBe('居民报装')
  expect(tellBusiness({ service_name: '居民报装', order_name: '收费' })).toBe('收费 · 居民报装')
  // The works of the installation are the installation, in a line of 40 pixels.
  expect(tellBusiness({ service_name: '居民报装', order_name: '居民零散客户安装' })).toBe('居民报装')
  expect(tellBusiness({ service_name: '置换通气', order_name: '置换通气' })).toBe('置换通气')
})
