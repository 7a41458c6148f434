import {
  alterClientQuotasRequest,
  alterClientQuotasResponse,
  describeClientQuotasRequest,
  describeClientQuotasResponse,
} from '@ottla/protocol'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

/** By `user`, `client-id` or `ip`; null stands for the default of that kind. */
export type QuotaEntity = Readonly<Record<string, string | null>>

/** The quotas of an entity (KIP-546). */
export interface ClientQuota {
  readonly entity: QuotaEntity
  /** `producer_byte_rate` and the like. */
  readonly values: Readonly<Record<string, number>>
}

/** An entity by its name, the one for all that have no quotas of their own (`default`), or `any`. */
export type QuotaMatch = { readonly name: string } | 'default' | 'any'

const matchTypes = { exact: 0, default: 1, any: 2 } as const

export async function describeClientQuotas(
  requests: AdminRequests,
  filter: Readonly<Record<string, QuotaMatch>> = {},
  options: AdminCallOptions & {
    /** Only entities of exactly these kinds. */
    readonly strict?: boolean
  } = {},
): Promise<ClientQuota[]> {
  const call = { what: 'describing client quotas', target: 'any', options } as const
  const components = Object.entries(filter).map(([entityType, match]) => ({
    entityType,
    matchType: typeof match === 'string' ? matchTypes[match] : matchTypes.exact,
    match: typeof match === 'string' ? null : match.name,
  }))
  const body = { components, strict: options.strict ?? false }
  const answer = await requests.ask(call, describeClientQuotasRequest, describeClientQuotasResponse, body)
  return (answer.entries ?? []).map(({ entity, values }) => ({
    entity: Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName])),
    values: Object.fromEntries(values.map(({ key, value }) => [key, value])),
  }))
}

/** Quotas to set or to remove. */
export interface QuotaChange {
  readonly entity: QuotaEntity
  /** Null removes a quota. */
  readonly values: Readonly<Record<string, number | null>>
}

export async function alterClientQuotas(
  requests: AdminRequests,
  changes: readonly QuotaChange[],
  options: AdminCallOptions & { readonly validateOnly?: boolean } = {},
): Promise<void> {
  const call = { what: 'altering client quotas', target: 'controller', options } as const
  const answer = await requests.ask(call, alterClientQuotasRequest, alterClientQuotasResponse, {
    entries: changes.map(({ entity, values }) => ({
      entity: Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName })),
      ops: Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
    })),
    validateOnly: options.validateOnly ?? false,
  })
  for (const { errorCode, errorMessage } of answer.entries) requests.check('controller', errorCode, errorMessage)
}
