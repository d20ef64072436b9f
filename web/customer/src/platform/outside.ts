import { goTo } from './moving'

let providerPage = ''

/** Lead to a page of somebody else's: in the browser in place of ours, in the mini-program within a page of ours. */
export async function goToProvider(open: (inMiniProgram: boolean) => Promise<{ url: string }>): Promise<void> {
  // #ifdef H5
  window.location.href = (await open(false)).url
  // #endif
  // #ifndef H5
  providerPage = (await open(true)).url
  goTo('identity-face')
  // #endif
}

/** The address that the next page shows; it stands in no address of ours, since it opens the check. */
export function takeProviderPage(): string {
  const page = providerPage
  providerPage = ''
  return page
}
