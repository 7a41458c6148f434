import type { Cluster } from '../../connection/cluster.ts'
import { OttlaError } from '../../ottla-error.ts'
import type { Deserializers } from '../deliver/deserializers.ts'
import { rebalanced } from '../diagnostics.ts'
import { Subscription } from '../subscription.ts'
import { type TopicPartition, without } from '../topic-partition.ts'
import type { AcknowledgeType } from './acknowledgements.ts'
import { acquiredRecords } from './acquired-records.ts'
import { ShareBroker, type ShareBrokerParts } from './share-broker.ts'
import type { ShareConsumerOptions } from './share-consumer.ts'
import { ShareMembership } from './share-membership.ts'
import { type ShareConsumerMetrics, ShareCounts } from './share-metrics.ts'
import type { ShareRecord } from './share-record.ts'

const countOf = { accept: 'accepted', release: 'released', reject: 'rejected', renew: 'renewed' } as const

/** The parts of a share consumer, put together; one `ShareBroker` for each broker that leads an assigned partition. */
export class ShareEngine<K, V> {
  readonly cluster: Cluster
  readonly subscription: Subscription
  readonly #options: ShareConsumerOptions<K, V>
  readonly #deserializers: Deserializers<K, V>
  readonly #memberId: string
  readonly #membership: ShareMembership
  readonly #brokers = new Map<number, ShareBroker>()
  readonly #maxRecords: number
  readonly #counts = new ShareCounts()
  #assigned: readonly TopicPartition[] = []
  #buffer: ShareRecord<K, V>[] = []
  /** Handed out and not decided. */
  readonly #held = new Set<ShareRecord<any, any>>()
  #whenNoneHeld: () => void = () => {}
  #failure: OttlaError | undefined
  #waiting: (() => void)[] = []
  #closing: Promise<void> | undefined
  #isGone = false
  #isJoined = false

  constructor(cluster: Cluster, options: ShareConsumerOptions<K, V>, deserializers: Deserializers<K, V>) {
    const { groupId, rackId = null, patternRefreshMs = 10_000, maxRecords = 500 } = options
    if (groupId === undefined || groupId === '')
      throw new OttlaError('INVALID_ARGUMENT', { message: 'a share consumer needs the option groupId' })
    this.#options = options
    this.#deserializers = deserializers
    this.#maxRecords = maxRecords
    this.cluster = cluster
    const failed = (error: OttlaError) => this.#fail(error)
    this.#memberId = Buffer.from(cluster.runtime.randomBytes(16)).toString('base64url')
    this.subscription = new Subscription({ cluster, patternRefreshMs, changed: () => this.subscribed(), failed })
    this.#membership = new ShareMembership({
      cluster,
      groupId,
      rackId,
      memberId: this.#memberId,
      topics: () => this.subscription.topics,
      assigned: (partitions) => this.#adopt(partitions),
      failed,
    })
    cluster.onMetadata(() => this.#wakeBrokers())
  }

  /** Closed, and done with it. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** The topics are others than before. */
  subscribed(): void {
    if (this.#isJoined) this.#membership.subscriptionChanged()
    else if (this.subscription.topics.length > 0) {
      this.#isJoined = true
      this.#membership.start()
    }
  }

  /** The next record that is still locked for this member; throws what has gone wrong. */
  take(): ShareRecord<K, V> | undefined {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    const nowMs = this.cluster.runtime.monotonic()
    for (let record = this.#buffer.shift(); record !== undefined; record = this.#buffer.shift()) {
      if (this.#buffer.length === 0) this.#wakeBrokers()
      // Others have it already; it comes again, to one of us.
      if (record.lockedUntilMs <= nowMs) continue
      this.#held.add(record)
      return record
    }
    return undefined
  }

  /** Settles when `take` is worth another try. */
  change(): Promise<void> {
    if (this.#failure !== undefined || this.isClosed) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  wakeTakers(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  async flushed(): Promise<void> {
    await Promise.all([...this.#brokers.values()].map((broker) => broker.flushed()))
  }

  metrics(): ShareConsumerMetrics {
    return {
      groupId: this.#options.groupId,
      ...this.#counts,
      bufferedRecords: this.#buffer.length,
      undecidedRecords: this.#held.size,
      assignedPartitions: this.#assigned.length,
      connections: { ...this.cluster.watch.counts },
    }
  }

  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  async #close(timeoutMs: number): Promise<void> {
    this.subscription.close()
    this.#buffer = []
    this.wakeTakers()
    const { wheel, closed } = this.cluster
    const late = wheel.sleep(timeoutMs, closed).catch(() => {})
    const gone = (async () => {
      const undecided = new Promise<void>((resolve) => {
        this.#whenNoneHeld = resolve
        if (this.#held.size === 0) resolve()
      })
      // A part of the time is for the brokers and the goodbye.
      await Promise.race([undecided, wheel.sleep(timeoutMs * 0.7, closed).catch(() => {})])
      // Decisions that are taken until now belong to this session; whatever else is locked is set free with it.
      await Promise.all([...this.#brokers.values()].map((broker) => broker.close(timeoutMs)))
      if (this.#isJoined) await this.#membership.leave(timeoutMs)
    })()
    await Promise.race([gone, late])
    this.cluster.close()
    this.#isGone = true
  }

  #adopt(partitions: readonly TopicPartition[]): void {
    this.#tell('revoked', without(this.#assigned, partitions))
    this.#tell('assigned', without(partitions, this.#assigned))
    this.#assigned = partitions
    this.#wakeBrokers()
  }

  #tell(event: 'assigned' | 'revoked', partitions: readonly TopicPartition[]): void {
    if (partitions.length === 0) return
    const { groupId } = this.#options
    rebalanced({ clientId: this.cluster.settings.clientId, groupId, event, partitions })
    this.cluster.log.write('info', `partitions ${event}`, { groupId, partitions })
  }

  /** Each partition is fetched from its leader. Brokers that lead nothing any more forget their partitions. */
  #wakeBrokers(): void {
    if (this.isClosed) return
    let lacksLeaders = false
    for (const { topic, partition } of this.#assigned) {
      this.cluster.knownTopic(topic)
      const leader = this.cluster.leader(topic, partition)
      if (leader === undefined) lacksLeaders = true
      else if (!this.#brokers.has(leader.leader)) this.#brokers.set(leader.leader, this.#makeBroker(leader.leader))
    }
    for (const broker of this.#brokers.values()) broker.wake()
    if (lacksLeaders) this.cluster.wheel.after(this.cluster.settings.retryBackoffMaxMs, () => this.#findLeaders())
  }

  #findLeaders(): void {
    if (!this.isClosed) this.cluster.refresh().catch(() => this.#wakeBrokers())
  }

  #makeBroker(brokerId: number): ShareBroker {
    const { groupId, fetchMaxWaitMs = 500, fetchMinBytes = 1, fetchMaxBytes = 16 * 1024 * 1024 } = this.#options
    const isHere = ({ topic, partition }: TopicPartition) => this.cluster.leader(topic, partition)?.leader === brokerId
    const parts: ShareBrokerParts = {
      cluster: this.cluster,
      counts: this.#counts,
      brokerId,
      groupId,
      memberId: this.#memberId,
      fetch: {
        maxWaitMs: fetchMaxWaitMs,
        minBytes: fetchMinBytes,
        maxBytes: fetchMaxBytes,
        maxRecords: this.#maxRecords,
      },
      wanted: () => ({
        partitions: this.#assigned.filter(isHere),
        mayFetch: this.#buffer.length === 0 && !this.isClosed,
      }),
      fetched: async (of, fetched, lockMs) => {
        const lockedUntilMs = this.cluster.runtime.monotonic() + lockMs
        const decide = (record: ShareRecord<any, any>, type: AcknowledgeType) => {
          this.#acknowledge(brokerId, of, record.offset, type)
          if (type !== 'renew' && this.#held.delete(record) && this.#held.size === 0) this.#whenNoneHeld()
        }
        const options = { deserializers: this.#deserializers, lockedUntilMs, decide }
        await this.#take(brokerId, of, await acquiredRecords(of, fetched, options))
      },
      refused: (error) => this.#refused(error),
    }
    return new ShareBroker(parts)
  }

  async #take(
    brokerId: number,
    of: TopicPartition,
    { records, gaps, skipped, unreadable }: Awaited<ReturnType<typeof acquiredRecords<K, V>>>,
  ): Promise<void> {
    this.#counts.recordsAcquired += records.length + skipped.length + unreadable.length
    for (const offset of gaps) this.#acknowledge(brokerId, of, offset, 'gap')
    for (const offset of skipped) this.#acknowledge(brokerId, of, offset, 'reject')
    for (const { offset, error } of unreadable) {
      // Another try may have another deserializer; the group's limit of deliveries ends it.
      this.#acknowledge(brokerId, of, offset, 'release')
      this.#fail(error)
    }
    this.#buffer.push(...records)
    this.wakeTakers()
  }

  #acknowledge(brokerId: number, of: TopicPartition, offset: number, type: AcknowledgeType): void {
    if (type !== 'gap') this.#counts[countOf[type]]++
    this.#brokers.get(brokerId)?.acknowledge(of, offset, type)
  }

  #refused(error: OttlaError): void {
    this.#counts.decisionsRefused++
    this.cluster.log.write('warn', 'a share group has not taken a decision', { err: error })
    this.#options.onAcknowledgeError?.(error)
    if (!error.retriable && error.name !== 'INVALID_RECORD_STATE') this.#fail(error)
  }

  #fail(error: OttlaError): void {
    this.#failure ??= error
    this.wakeTakers()
  }
}
