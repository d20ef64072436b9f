/** The prices of homes by tier: added from a day on, never changed. */
import { request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type Tariff = Schemas['Tariff']
export type TariffEntry = Schemas['TariffEntry']

export const listTariffs = () => request<{ items: Tariff[] }>('GET', '/tariffs')
export const addTariff = (entry: TariffEntry) => request<void>('POST', '/tariffs', entry)
