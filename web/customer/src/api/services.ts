import { sendCommand } from './commanding'
import { call, callOpenly } from './http'
import type { Address, Application, CaseView, Draft, DraftSummary, PremisesDoubt, Region, Service, Services, Values } from './types'

export const fetchServices = () => callOpenly<Services>('GET', '/services')

export const fetchService = (key: string) => callOpenly<Service>('GET', `/services/${key}`)

export const fetchAreas = () => callOpenly<{ regions: Region[] }>('GET', '/areas')

/** The addresses of one's own cases, newest first. */
export const fetchAddresses = () => call<{ items: Address[] }>('GET', '/addresses')

/** What speaks against a business at an address, the gravest first. */
export const checkPlace = (service: string, address: Address) =>
  call<{ items: PremisesDoubt[] }>('POST', '/premises-checks', { service, address })

export const fetchDrafts = () => call<{ items: DraftSummary[] }>('GET', '/drafts')

/** The draft of a service, or null. The list is asked first: asking for a draft that is not there would be a 404. */
export async function fetchDraft(service: string): Promise<Draft | null> {
  const { items } = await fetchDrafts()
  return items.some((one) => one.service === service) ? call<Draft>('GET', `/drafts/${service}`) : null
}

export const saveDraft = (service: string, formVersion: number, values: Values) =>
  call<void>('PUT', `/drafts/${service}`, { form_version: formVersion, values })

export const deleteDraft = (service: string) => call<void>('DELETE', `/drafts/${service}`)

/** Hand an application in; the same content sent again is the same intention. */
export const submitApplication = (application: Application) =>
  sendCommand(`apply:${application.service}`, application, (body) => call<CaseView>('POST', '/applications', body))
