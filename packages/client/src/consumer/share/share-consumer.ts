import type { ClientOptions } from '../../connection/client-options.ts'
import { OttlaError } from '../../ottla-error.ts'
import { type Deserializer, deserializersOf } from '../deliver/deserializers.ts'
import type { TopicsOrPatterns } from '../subscription.ts'
import { ShareEngine } from './share-engine.ts'
import { ShareIterator } from './share-iterator.ts'
import type { ShareRecord } from './share-record.ts'
import { ShareRunner } from './share-runner.ts'

export interface ShareConsumerOptions<K = Buffer | null, V = Buffer | null> {
  /** The share group: its members divide the records, not the partitions, among them. */
  readonly groupId: string
  readonly topics?: TopicsOrPatterns
  readonly rackId?: string
  readonly keyDeserializer?: Deserializer<K>
  readonly valueDeserializer?: Deserializer<V>
  /** So many records at most are fetched ahead: each is locked from the fetch on, not from its handling. */
  readonly maxRecords?: number
  readonly fetchMaxWaitMs?: number
  readonly fetchMinBytes?: number
  readonly fetchMaxBytes?: number
  readonly patternRefreshMs?: number
  /** A decision that the broker has not taken, mostly because the lock was over: the record is handed out again. */
  readonly onAcknowledgeError?: (error: OttlaError) => void
}

export type ShareErrorDecision = 'release' | 'reject' | 'stop'

export interface ShareRunOptions<K, V> {
  /** When it has returned without a decision, the record is accepted; when it throws, released. */
  readonly eachRecord: (record: ShareRecord<K, V>) => unknown
  readonly concurrency?: number
  /** What becomes of a record whose handler threw. `stop` releases it and ends the run. */
  readonly onError?: (error: OttlaError, record: ShareRecord<K, V>) => ShareErrorDecision | Promise<ShareErrorDecision>
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

  constructor(client: ClientOptions, options: ShareConsumerOptions<K, V>) {
    this.#engine = new ShareEngine(client, options, deserializersOf(options))
    if (options.topics !== undefined) this.subscribe(options.topics)
  }

  subscribe(topics: TopicsOrPatterns): void {
    this.#open.subscription.set(topics)
    this.#engine.subscribed()
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ShareRecord<K, V>> {
    return new ShareIterator(this.#open)
  }

  /** Calls a handler for each record, up to `concurrency` at a time, until the consumer closes. */
  async run(options: ShareRunOptions<K, V>): Promise<void> {
    const { concurrency = 1 } = options
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new OttlaError('INVALID_ARGUMENT', { message: `concurrency must be 1 or more, and is ${concurrency}` })
    await new ShareRunner(this.#open, options).run()
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

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #open(): ShareEngine<K, V> {
    if (this.#engine.isClosed) throw new OttlaError('CLIENT_CLOSED')
    return this.#engine
  }
}
