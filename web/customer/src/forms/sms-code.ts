import type { Problem } from '@/api/problem'

/** Up to this wait only the last message is too fresh for another one, and its code is still good. */
const FRESH_S = 60

/** What is wrong with a code as it was typed, or an empty text. */
export function checkCode(code: string): string {
  if (code.trim() === '') return '请填写短信里的验证码'
  return /^\d{6}$/.test(code.trim()) ? '' : '验证码是 6 位数字，请核对短信'
}

/** What is said once a code was asked for: it is on its way, and nobody here can know whether it arrives. */
export function tellSending(hotline: string): string {
  return `验证码正在发送，请看短信。一分钟内没收到，请再点一次获取；还是收不到，请打 ${hotline}。`
}

/** For how long no other code can be had, where a code was refused for coming too soon; else 0. */
export function waitOf(problem: Problem): number {
  return problem.code === 'sms_code_too_often' ? Number(problem.extra.retry_after_seconds ?? 0) : 0
}

/** What to say of the wait: nobody has to wait who has the code already. */
export function tellWait(seconds: number): string {
  return seconds <= FRESH_S ? '刚才发过了，收到的验证码还能用。' : '今天要了好几次，请等一会儿再要。'
}

/** What the button says that sends another code after `seconds`. */
export function nameResend(seconds: number): string {
  return seconds > 120 ? `${Math.ceil(seconds / 60)} 分钟后重发` : `${seconds} 秒后重发`
}
