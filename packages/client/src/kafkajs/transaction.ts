import type { Cluster } from '../connection/cluster.ts'
import type { OttlaError } from '../ottla-error.ts'
import type { OpenTransaction, Transactions } from '../producer/transaction/transactions.ts'
import type { CommittedElsewhere } from './committed-elsewhere.ts'
import { assignedCodec, compressionType } from './compression.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import { checkMessages } from './message-check.ts'
import type { RetrySettings } from './retrier.ts'
import { type Partition, recordsOf, undelivered } from './sending.ts'
import { SentPartitions } from './sent-partitions.ts'
import { translated, translating } from './translated-error.ts'
import type { Offsets } from './types/offsets.ts'
import type { ProducerBatch, RecordMetadata, Transaction } from './types/producer.ts'

export interface TransactionParts {
  readonly transactions: Transactions
  readonly cluster: Cluster
  readonly retry: RetrySettings
  readonly partition: Partition
  readonly committed: CommittedElsewhere
}

const aborted = new Error('the transaction was aborted')

/**
 * A transaction as kafkajs has it, with an end that the program calls for. Within, it is the work of `Transactions.run`,
 * which goes on until then:
 *   active   commit -> ended, and what was sent is there;  abort -> ended
 *   ended    for good. After a commit that failed, `abort` finds that done already.
 */
export class ProducerTransaction {
  readonly #parts: TransactionParts
  readonly #open: OpenTransaction
  readonly #end: (decision: Error | undefined) => void
  readonly #ended: Promise<void>
  #state: 'active' | 'committing' | 'failed' | 'ended' = 'active'

  private constructor(
    parts: TransactionParts,
    open: OpenTransaction,
    ending: { end: (decision: Error | undefined) => void; ended: Promise<void> },
  ) {
    this.#parts = parts
    this.#open = open
    this.#end = ending.end
    this.#ended = ending.ended
  }

  static begin(parts: TransactionParts): Promise<ProducerTransaction> {
    return new Promise((resolve, reject) => {
      const ended: Promise<void> = parts.transactions.run((open) => {
        return new Promise<void>((commit, abort) => {
          const end = (decision: Error | undefined) => (decision === undefined ? commit() : abort(decision))
          // `run` has returned by then.
          queueMicrotask(() => resolve(new ProducerTransaction(parts, open, { end, ended })))
        })
      })
      ended.catch((error) => reject(translated(error)))
    })
  }

  get isActive(): boolean {
    return this.#state === 'active'
  }

  api(): Transaction {
    return {
      send: async (record) => {
        this.#mustBeActive()
        const { topic, messages, ...options } = record
        return this.#send({ ...options, topicMessages: [{ topic, messages }] })
      },
      sendBatch: async (batch) => {
        this.#mustBeActive()
        return this.#send(batch)
      },
      sendOffsets: (offsets) => this.#sendOffsets(offsets),
      commit: () => this.#commit(),
      abort: () => this.#abort(),
      isActive: () => this.isActive,
    }
  }

  async #send({ acks = -1, compression, topicMessages = [] }: ProducerBatch): Promise<RecordMetadata[]> {
    const { cluster, retry, partition, transactions } = this.#parts
    checkMessages(topicMessages, acks, true)
    const type = compressionType(compression)
    await transactions.useCompression(type, assignedCodec(type))
    const records = await recordsOf(cluster, retry, partition, topicMessages)
    if (records.length === 0) return []
    try {
      return await this.#open.add<RecordMetadata[]>(
        records,
        (resolve, reject) => new SentPartitions(records.length, resolve, reject),
      )
    } catch (error) {
      throw undelivered(error as OttlaError, retry)
    }
  }

  async #sendOffsets({ consumerGroupId, topics }: Offsets & { consumerGroupId: string }): Promise<void> {
    this.#mustBeActive()
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
    await translating(this.#open.sendOffsets(offsets, consumerGroupId))
    this.#parts.committed.tell(consumerGroupId, topics)
  }

  async #commit(): Promise<void> {
    this.#mustBeActive()
    this.#state = 'committing'
    this.#end(undefined)
    try {
      await this.#ended
      this.#state = 'ended'
    } catch (error) {
      this.#state = 'failed'
      throw translated(error)
    }
  }

  async #abort(): Promise<void> {
    if (this.#state === 'failed') {
      this.#state = 'ended'
      return
    }
    this.#mustBeActive()
    this.#state = 'ended'
    this.#end(aborted)
    await this.#ended.catch((error) => {
      if (error !== aborted) throw translated(error)
    })
  }

  #mustBeActive(): void {
    if (!this.isActive) throw new KafkaJSNonRetriableError('Cannot continue to use transaction once ended')
  }
}
