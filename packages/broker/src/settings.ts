import type { Address } from '@ottla/runtime'

/** The limits of a broker's server. Names are those of Kafka's configs where Kafka has one. */
export interface BrokerSettings {
  /** Where clients are told to connect; undefined: the local address that each connection arrived at. */
  readonly advertised?: Address | undefined
  /** `log.dirs`, for those who ask where the data lies. */
  readonly logDir: string
  /** `socket.request.max.bytes`: a larger frame closes its connection. */
  readonly socketRequestMaxBytes: number
  /** `queued.max.request.bytes`: requests being received or worked on, over all connections; above it sockets pause. */
  readonly queuedMaxRequestBytes: number
  /** Items of all arrays of one request together: a frame of nothing but empty items would take many times its size. */
  readonly maxRequestItems: number
  /** Produce requests of one connection that may wait for the disk at the same time. */
  readonly maxPipelinedProduces: number
  /** `max.connections` */
  readonly maxConnections: number
  /** `max.connections.per.ip` */
  readonly maxConnectionsPerIp: number
  /** `connections.max.idle.ms`; Infinity: never. */
  readonly connectionsMaxIdleMs: number
  /** A connection that takes nothing of its answer, or leaves a frame unfinished that others wait for, is closed after this. */
  readonly stuckConnectionMs: number
  /** Answers that wait in the broker for their clients to read, over all connections; above it fetches wait. */
  readonly maxQueuedResponseBytes: number
  /** `fetch.max.bytes`: the most that one fetch is answered with (and one batch, if that is larger). */
  readonly fetchMaxBytes: number
  /** The most that a fetch reads for one answer, whatever the client would take: what one answer may hold in memory. */
  readonly fetchReadMaxBytes: number
  /** `max.incremental.fetch.session.cache.slots` */
  readonly maxIncrementalFetchSessionCacheSlots: number
  /** Partitions remembered by all fetch sessions together. */
  readonly maxFetchSessionPartitions: number
  /** `min.incremental.fetch.session.eviction.ms`, which Kafka keeps fixed. */
  readonly fetchSessionEvictionMs: number
  /** How long `close` lets requests finish that are being worked on. */
  readonly shutdownGraceMs: number
}

export const defaultBrokerSettings: BrokerSettings = {
  logDir: 'memory',
  socketRequestMaxBytes: 100 * 1024 * 1024,
  queuedMaxRequestBytes: 128 * 1024 * 1024,
  maxRequestItems: 100_000,
  maxPipelinedProduces: 64,
  maxConnections: 2 ** 31 - 1,
  maxConnectionsPerIp: 2 ** 31 - 1,
  connectionsMaxIdleMs: 600_000,
  stuckConnectionMs: 30_000,
  maxQueuedResponseBytes: 64 * 1024 * 1024,
  fetchMaxBytes: 55 * 1024 * 1024,
  fetchReadMaxBytes: 8 * 1024 * 1024,
  maxIncrementalFetchSessionCacheSlots: 1000,
  maxFetchSessionPartitions: 1_000_000,
  fetchSessionEvictionMs: 120_000,
  shutdownGraceMs: 1000,
}
