import type { ConnectionMetrics } from './connection/connection-metrics.ts'
import type { ConsumerMetrics } from './consumer/consumer-metrics.ts'
import type { ShareConsumerMetrics } from './consumer/share/share-metrics.ts'
import type { ProducerMetrics } from './producer/producer-metrics.ts'

/** What a client and all that was made of it has done, and how it stands; what is closed is left out. */
export interface ClientMetrics {
  readonly clientId: string
  /** Of producers and admins, which share them. */
  readonly connections: ConnectionMetrics
  readonly producers: readonly ProducerMetrics[]
  readonly consumers: readonly ConsumerMetrics[]
  readonly shareConsumers: readonly ShareConsumerMetrics[]
}
