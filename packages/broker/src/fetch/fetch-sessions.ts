import type { Runtime } from '@ottla/runtime'
import type { BrokerSettings } from '../settings.ts'
import type { FetchPartition } from './fetch-partition.ts'

export type PartitionKey = string

/**
 * An incremental fetch session (KIP-227): what a client fetches, remembered between its requests.
 * The order of `partitions` is the order in which they are read; those that had data move to the end.
 */
export class FetchSession {
  readonly id: number
  /** Set by the version of the client: sessions of names and of topic ids do not mix. */
  readonly usesTopicIds: boolean
  readonly createdMs: number
  readonly partitions: Map<PartitionKey, FetchPartition>
  /** The epoch that the next request must have. */
  epoch = 1
  lastUsedMs: number
  /** Size when last counted. */
  countedPartitions = 0

  constructor(
    id: number,
    options: { usesTopicIds: boolean; nowMs: number; partitions: Map<PartitionKey, FetchPartition> },
  ) {
    this.id = id
    this.usesTopicIds = options.usesTopicIds
    this.createdMs = options.nowMs
    this.lastUsedMs = options.nowMs
    this.partitions = options.partitions
  }
}

type Limits = Pick<
  BrokerSettings,
  'maxIncrementalFetchSessionCacheSlots' | 'maxFetchSessionPartitions' | 'fetchSessionEvictionMs'
>

/** The sessions of all clients. When all slots are taken, a new one may displace an old one, by Kafka's rules. */
export class FetchSessions {
  private readonly limits: Limits
  private readonly runtime: Runtime
  /** By id; the least recently used first. */
  private readonly sessions = new Map<number, FetchSession>()
  private partitionCount = 0

  constructor(limits: Limits, runtime: Runtime) {
    this.limits = limits
    this.runtime = runtime
  }

  get size(): number {
    return this.sessions.size
  }

  get(id: number): FetchSession | undefined {
    return this.sessions.get(id)
  }

  /** Undefined: there is no room; the client goes on without a session. */
  create(usesTopicIds: boolean, partitions: Map<PartitionKey, FetchPartition>): FetchSession | undefined {
    const nowMs = this.runtime.monotonic()
    const { maxIncrementalFetchSessionCacheSlots, maxFetchSessionPartitions } = this.limits
    if (this.partitionCount + partitions.size > maxFetchSessionPartitions) return undefined
    if (this.sessions.size >= maxIncrementalFetchSessionCacheSlots && !this.evict(partitions.size, nowMs))
      return undefined
    const session = new FetchSession(this.freeId(), { usesTopicIds, nowMs, partitions })
    this.sessions.set(session.id, session)
    this.count(session)
    return session
  }

  /** The session was used, and its partitions may have changed. */
  touch(session: FetchSession): void {
    session.lastUsedMs = this.runtime.monotonic()
    this.sessions.delete(session.id)
    this.sessions.set(session.id, session)
    this.count(session)
  }

  /** May a session grow by so many partitions? */
  hasRoomFor(partitions: number): boolean {
    return this.partitionCount + partitions <= this.limits.maxFetchSessionPartitions
  }

  remove(id: number): void {
    const session = this.sessions.get(id)
    if (session === undefined) return
    this.partitionCount -= session.countedPartitions
    this.sessions.delete(id)
  }

  private count(session: FetchSession): void {
    this.partitionCount += session.partitions.size - session.countedPartitions
    session.countedPartitions = session.partitions.size
  }

  /**
   * A session that was not used for long goes first. Else the smallest of those that are not new, if it is no larger than
   * the one that needs the slot: large sessions save more (KIP-227).
   */
  private evict(newSize: number, nowMs: number): boolean {
    const [oldest] = this.sessions.values()
    if (oldest === undefined) return false
    if (nowMs - oldest.lastUsedMs > this.limits.fetchSessionEvictionMs) {
      this.remove(oldest.id)
      return true
    }
    let smallest: FetchSession | undefined
    for (const session of this.sessions.values()) {
      if (nowMs - session.createdMs <= this.limits.fetchSessionEvictionMs) continue
      if (smallest === undefined || session.partitions.size < smallest.partitions.size) smallest = session
    }
    if (smallest === undefined || smallest.partitions.size > newSize) return false
    this.remove(smallest.id)
    return true
  }

  /** Positive, and not to be guessed by other clients. */
  private freeId(): number {
    for (;;) {
      const [a, b, c, d] = this.runtime.randomBytes(4) as unknown as [number, number, number, number]
      const id = ((a & 0x7f) << 24) | (b << 16) | (c << 8) | d
      if (id !== 0 && !this.sessions.has(id)) return id
    }
  }
}
