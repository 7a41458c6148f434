import { Writable } from 'node:stream'
import type { Cluster } from '../connection/cluster.ts'
import { OttlaError } from '../ottla-error.ts'
import type { AnyRecord } from '../topic/typed-topic.ts'
import { Dispatcher } from './dispatcher.ts'
import { Entrance } from './entrance.ts'
import { newIdentity } from './producer-identity.ts'
import type { ProducerMetrics } from './producer-metrics.ts'
import { type ProducerOptions, producerSettings } from './producer-options.ts'
import type { RecordMetadata } from './record.ts'
import type { Transaction } from './transaction/transaction.ts'
import { Transactions } from './transaction/transactions.ts'

/** Of the producer's memory, what a stream fills before it holds its writer back. */
const streamShare = 1 / 8

/**
 * Sends records. Awaiting each one is safe, and fast where many are awaited at a time: records of the same tick travel
 * together. Records of one partition keep the order in which `send` was called.
 */
export class Producer {
  readonly #dispatcher: Dispatcher
  readonly #entrance: Entrance
  readonly #transactions: Transactions | undefined
  #closing: Promise<void> | undefined
  #isGone = false

  /** @internal `client.producer()` makes it. */
  constructor(cluster: Cluster, options: ProducerOptions = {}) {
    const settings = producerSettings(options)
    const identify = () => newIdentity(cluster, settings.deliveryTimeoutMs)
    this.#dispatcher = new Dispatcher({ cluster, settings, identify })
    this.#entrance = new Entrance({ dispatcher: this.#dispatcher, clientId: cluster.settings.clientId })
    const { transactionalId, transactionTimeoutMs = 60_000 } = options
    if (transactionalId !== undefined)
      this.#transactions = new Transactions({ cluster, settings, transactionalId, transactionTimeoutMs })
  }

  /** Settles when the record is where `acks` wants it to be. */
  send<K, V>(record: AnyRecord<K, V>): Promise<RecordMetadata> {
    if (!this.#takesRecords) return Promise.reject(this.#refusal())
    return this.#entrance.send(record)
  }

  /**
   * Several records, of one or many topics. Settles when all have: with where they are, in the order of the records, or
   * with the first error.
   */
  sendBatch<K, V>(records: readonly AnyRecord<K, V>[]): Promise<RecordMetadata[]> {
    if (!this.#takesRecords) return Promise.reject(this.#refusal())
    return this.#entrance.sendBatch(records)
  }

  /**
   * Runs `work` in a transaction: commits when it settles, aborts when it throws or when something within it has failed.
   * Several calls take effect one after the other. Needs the option `transactionalId`.
   *
   *     await producer.transaction(async (tx) => {
   *       await tx.send({ topic: 'results', value })
   *       await tx.sendOffsets([{ topic, partition, offset: record.offset + 1 }], consumer.member!)
   *     })
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closedError()
    if (this.#transactions !== undefined) return this.#transactions.run(work)
    throw new OttlaError('INVALID_ARGUMENT', {
      message: 'a producer needs the option transactionalId for transactions',
    })
  }

  /** Settles when every record that was sent before has settled, well or not. */
  async flush(): Promise<void> {
    await this.#entrance.through()
    await this.#dispatcher.flush()
  }

  /** What it has done so far, and how it stands. */
  metrics(): ProducerMetrics {
    return (this.#transactions ?? this.#dispatcher).metrics()
  }

  /** A stream of records. It holds its writer back while much is on its way, and fails with the first error. */
  writable(): Writable {
    const stream = new Writable({
      objectMode: true,
      highWaterMark: 1024,
      writev: (chunks, done) => {
        this.sendBatch(chunks.map(({ chunk }) => chunk)).catch((error) => stream.destroy(error))
        this.#dispatcher.room(streamShare).then(() => done())
      },
      final: (done) => {
        this.flush().then(() => done())
      },
    })
    return stream
  }

  /** Sends what is left, and takes no more. Settles within the delivery timeout. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** `close` has settled. */
  get isClosed(): boolean {
    return this.#isGone
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    await Promise.all([this.#transactions?.close(), this.flush()])
    this.#dispatcher.close()
    this.#isGone = true
  }

  get #takesRecords(): boolean {
    return this.#closing === undefined && this.#transactions === undefined
  }

  #refusal(): OttlaError {
    if (this.#closing !== undefined) return closedError()
    const message = 'a producer with a transactionalId sends within producer.transaction(async (tx) => …) only'
    return new OttlaError('INVALID_TXN_STATE', { message })
  }
}

const closedError = () => new OttlaError('CLIENT_CLOSED', { message: 'the producer is closed', messageIsWhole: true })
