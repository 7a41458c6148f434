import type { ConnectionMetrics } from './connection/connection-metrics.ts'
import type { ConsumerMetrics } from './consumer/consumer-metrics.ts'
import type { ShareConsumerMetrics } from './consumer/share/share-metrics.ts'
import type { ProducerMetrics } from './producer/producer-metrics.ts'

/** What a client and all that was made of it has done, what is closed by now included; counts only grow. */
export interface ClientMetrics {
  readonly clientId: string
  /** Of producers and admins, which share them. */
  readonly connections: ConnectionMetrics
  /** Of all producers together; undefined before there is one. */
  readonly producers: ProducerMetrics | undefined
  /** One entry for each group, and one for all consumers without a group. */
  readonly consumers: readonly ConsumerMetrics[]
  readonly shareConsumers: readonly ShareConsumerMetrics[]
}

/** Of several consumers, the one that has waited longest is worth looking at. */
const notAdded = new Set(['sincePollMs'])

/** Adds up what are numbers, at any depth, and takes everything else from the first; undefined if there is nothing. */
export function total<T extends object>(parts: readonly T[]): T | undefined {
  const [first, ...others] = parts
  return first && others.reduce<T>((sum, part) => added(sum, part) as T, first)
}

/** One total for each group. */
export function totals<T extends { readonly groupId: string | undefined }>(parts: readonly T[]): T[] {
  const groups = new Map<string | undefined, T[]>()
  for (const part of parts) groups.set(part.groupId, [...(groups.get(part.groupId) ?? []), part])
  return [...groups.values()].map((group) => total(group)!)
}

function added(a: unknown, b: unknown): unknown {
  if (a === undefined || b === undefined) return a ?? b
  if (typeof a === 'number') return a + (b as number)
  if (typeof a !== 'object' || a === null) return a
  return Object.fromEntries(
    Object.entries(a).map(([key, value]) => [
      key,
      notAdded.has(key) ? largest(value, (b as any)[key]) : added(value, (b as any)[key]),
    ]),
  )
}

const largest = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
