import { expect, it } from 'vitest'
import { tellElsewhere, tellSms, tellStars, tellTries } from '@/domain/told'

it('tells by which way a message went, and what came of it', () => {
  expect(tellTries([{ channel: 'mini', state: 'refused' }, { channel: 'sms', state: 'sent' }])).toBe('微信小程序没发出去，短信已发出')
  expect(tellTries([{ channel: 'sms', state: 'unknown' }])).toBe('短信是否收到不明')
  expect(tellTries([])).toBe('只在小程序里显示')
})

it('shows the words of a text message only where one may have gone out', () => {
  const sms = '您的报修有新进展'
  expect(tellSms({ sms, tries: [{ channel: 'sms', state: 'sent' }] })).toBe('短信原文：您的报修有新进展')
  expect(tellSms({ sms, tries: [{ channel: 'sms', state: 'refused' }] })).toBe('')
  expect(tellSms({ sms, tries: [{ channel: 'mini', state: 'sent' }] })).toBe('')
  expect(tellSms({ sms: null, tries: [{ channel: 'sms', state: 'sent' }] })).toBe('')
})

it('draws stars and counts them', () => {
  expect(tellStars(4)).toBe('★★★★☆ 4 星')
})

it('tells who has a case that is none of one\'s own, and whom to call there', () => {
  const unit = { unit_name: '东城客服部', contact_name: '东城客服部 李建国', contact_phone: '13900001111' }
  expect(tellElsewhere('2611', unit)).toBe('办件 2611 在东城客服部，您这里看不到内容。请打电话给东城客服部 李建国 13900001111。')
  expect(tellElsewhere('2611', { ...unit, contact_phone: '' })).toContain('请联系东城客服部 李建国。')
  expect(tellElsewhere('2611', { ...unit, contact_name: '', contact_phone: '' })).toContain('请联系该单位，或打客服热线。')
})
