import { leaveLayers } from './open-layers'

/** Every screen by its name. */
const PAGES = {
  home: '/pages/home/index',
  'sign-in': '/pages/sign-in/index',
  alarm: '/pages/alarm/index',
  apply: '/pages/apply/index',
  cases: '/pages/cases/index',
  case: '/pages/case/index',
  mend: '/pages/mend/index',
  supply: '/pages/supply/index',
  booking: '/pages/booking/index',
  visit: '/pages/visit/index',
  sign: '/pages/sign/index',
  'sign-paper': '/pages/sign-paper/index',
  fill: '/pages/fill/index',
  identity: '/pages/identity/index',
  'identity-face': '/pages/identity/face',
  pay: '/pages/pay/index',
  rate: '/pages/rate/index',
  link: '/pages/link/index',
  messages: '/pages/messages/index',
  me: '/pages/me/index',
  accounts: '/pages/accounts/index',
  account: '/pages/accounts/one',
  bill: '/pages/accounts/bill',
  'bind-account': '/pages/accounts/bind',
  'account-people': '/pages/accounts/people',
  papers: '/pages/papers/index',
  paper: '/pages/paper/index',
  privacy: '/pages/privacy/index',
  erase: '/pages/erase/index',
  safety: '/pages/safety/index',
} as const

export type PageName = keyof typeof PAGES

/** Whether there is such a screen; an empty address is the first one's. */
export function isKnownPath(path: string): boolean {
  const [plain] = path.split('?')
  return plain === '' || plain === '/' || Object.values<string>(PAGES).includes(plain.startsWith('/') ? plain : `/${plain}`)
}

/** The address of a screen; only public numbers and keys go into it, never anything personal. */
export function pathOf(page: PageName, query: Record<string, string> = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return pairs.length ? `${PAGES[page]}?${pairs.join('&')}` : PAGES[page]
}

export function goTo(page: PageName, query: Record<string, string> = {}): void {
  uni.navigateTo({ url: pathOf(page, query), fail: () => uni.redirectTo({ url: pathOf(page, query) }) })
}

/** Take the place of this screen, so that going back does not lead into a finished form. */
export function replaceWith(page: PageName, query: Record<string, string> = {}): void {
  uni.redirectTo({ url: pathOf(page, query) })
}

export function goHome(): void {
  uni.reLaunch({ url: PAGES.home })
}

type OpenPage = { $page?: { fullPath?: string }; route?: string } | undefined

/** The address of the screen beneath this one, or ''. After a reload only the browser still knows it. */
export function pathBeneath(): string {
  const beneath = getCurrentPages().slice(-2, -1)[0] as unknown as OpenPage
  let path = beneath ? (beneath.$page?.fullPath ?? `/${beneath.route}`) : ''
  // #ifdef H5
  path ||= (history.state as { back?: string | null } | null)?.back ?? ''
  // #endif
  return path
}

/** Back to where one came from; home where there is nothing behind, as after a shared link. */
export function goBack(): void {
  leaveLayers()
  if (getCurrentPages().length > 1) return void uni.navigateBack()
  // #ifdef H5
  if (pathBeneath()) return history.back()
  // #endif
  goHome()
}

/** To the case that something was done with: back to its screen where that lies beneath, else in place of this one. */
export function returnToCase(caseNo: string): void {
  if (pathBeneath().startsWith(PAGES.case)) goBack()
  else replaceWith('case', { no: caseNo })
}

/** The address of the screen that is open, for coming back to it. */
export function currentPath(): string {
  const open = getCurrentPages().slice(-1)[0] as unknown as OpenPage
  return open?.$page?.fullPath ?? `/${open?.route ?? 'pages/home/index'}`
}

/** Call a number with one tap. */
export function callNumber(number: string): void {
  uni.makePhoneCall({ phoneNumber: number.replace(/[^\d+]/g, ''), fail: () => undefined })
}
