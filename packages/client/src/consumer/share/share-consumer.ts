import type { ClientOptions } from '../../connection/client-options.ts'
import { Cluster } from '../../connection/cluster.ts'
import { OttlaError } from '../../ottla-error.ts'
import { type DeserializerOptions, deserializersOf } from '../deliver/deserializers.ts'
import { tracedShare } from '../diagnostics.ts'
import type { TopicsOrPatterns } from '../subscription.ts'
import { ShareEngine } from './share-engine.ts'
import { ShareIterator } from './share-iterator.ts'
import type { ShareConsumerMetrics } from './share-metrics.ts'
import type { ShareRecord } from './share-record.ts'
import { ShareRunner } from './share-runner.ts'

/** How a share consumer joins and fetches. */
export interface ShareConsumerOptions<K = Buffer | null, V = Buffer | null> extends DeserializerOptions<K, V> {
  /** The share group: its members divide the records, not the partitions, among them. */
  readonly groupId: string
  /** Subscribes at once, as `subscribe` does. */
  readonly topics?: TopicsOrPatterns
  /** Where this consumer runs. */
  readonly rackId?: string
  /** So many records at most are fetched ahead: each is locked from the fetch on, not from its handling. */
  readonly maxRecords?: number
  /** How long an answer may wait for `fetchMinBytes`. */
  readonly fetchMaxWaitMs?: number
  /** An answer waits for so many bytes, but no longer than `fetchMaxWaitMs`. */
  readonly fetchMinBytes?: number
  /** The most that one answer holds; a larger batch still comes, alone. */
  readonly fetchMaxBytes?: number
  /** How often a pattern is compared with the topics of the cluster. */
  readonly patternRefreshMs?: number
  /** A decision that the broker has not taken, mostly because the lock was over: the record is handed out again. */
  readonly onAcknowledgeError?: (error: OttlaError) => void
}

/** What becomes of a record whose handler threw: another try by whoever comes, none any more, or the end of the run. */
export type ShareErrorDecision = 'release' | 'reject' | 'stop'

/** What `run` hands records to. */
export interface ShareRunOptions<K, V> {
  /** When it has returned without a decision, the record is accepted; when it throws, released. */
  readonly eachRecord: (record: ShareRecord<K, V>) => unknown
  /** How many handlers may work at the same time; 1 by default. */
  readonly concurrency?: number
  /** What becomes of a record whose handler threw. `stop` releases it and ends the run. */
  readonly onError?: (error: OttlaError, record: ShareRecord<K, V>) => ShareErrorDecision | Promise<ShareErrorDecision>
  /** Ends the run when it fires; handlers that work finish first. */
  readonly signal?: AbortSignal
}

const defaultCloseMs = 5_000

/**
 * Takes records from a queue (KIP-932): any number of members, each record to one of them at a time, and again to
 * another until one has accepted it, or the group has tried often enough.
 *
 *     for await (const record of client.shareConsumer({ groupId: 'mails', topics: 'mails' })) await send(record)
 *
 * A record without a decision is accepted when the next one is asked for; its lock is a matter of the group's
 * `share.record.lock.duration.ms`.
 */
export class ShareConsumer<K = Buffer | null, V = Buffer | null> implements AsyncIterable<ShareRecord<K, V>> {
  readonly #engine: ShareEngine<K, V>
  readonly #groupId: string

  /** @internal `client.shareConsumer()` makes it. */
  constructor(client: ClientOptions, options: ShareConsumerOptions<K, V>, cluster = new Cluster(client)) {
    this.#engine = new ShareEngine(cluster, options, deserializersOf(options))
    this.#groupId = options.groupId
    if (options.topics !== undefined) this.subscribe(options.topics)
  }

  /** Takes these topics and patterns, in place of those before. Topics that match later come in by themselves. */
  subscribe(topics: TopicsOrPatterns): void {
    this.#open.subscription.set(topics)
    this.#engine.subscribed()
  }

  /** The records one by one. Asking for the next one accepts one that has no decision. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ShareRecord<K, V>> {
    return new ShareIterator(this.#open)
  }

  /** Calls a handler for each record, up to `concurrency` at a time, until the consumer closes. */
  async run(options: ShareRunOptions<K, V>): Promise<void> {
    const { concurrency = 1 } = options
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new OttlaError('INVALID_ARGUMENT', { message: `concurrency must be 1 or more, and is ${concurrency}` })
    const { cluster } = this.#open
    const owner = { clientId: cluster.settings.clientId, groupId: this.#groupId }
    await new ShareRunner(this.#engine, tracedShare(options, owner)).run()
  }

  /** What it has done so far, and how it stands. */
  metrics(): ShareConsumerMetrics {
    return this.#engine.metrics()
  }

  /** Settles when the brokers have answered to all decisions so far. */
  commit(): Promise<void> {
    return this.#open.flushed()
  }

  /**
   * Sends the decisions, sets free what is not decided, leaves the group and closes all connections. Settles within its
   * time-out; never rejects.
   */
  close({ timeoutMs = defaultCloseMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#engine.close(timeoutMs)
  }

  /** `close` has settled. */
  get isClosed(): boolean {
    return this.#engine.isGone
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #open(): ShareEngine<K, V> {
    if (this.#engine.isClosed) throw new OttlaError('CLIENT_CLOSED')
    return this.#engine
  }
}
