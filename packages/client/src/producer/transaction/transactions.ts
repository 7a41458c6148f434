import type { CompressionType } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import type { MemberIdentity } from '../../consumer/membership/membership.ts'
import { asOttlaError, OttlaError, type OttlaErrorName } from '../../ottla-error.ts'
import type { Delivery } from '../delivery.ts'
import { Dispatcher } from '../dispatcher.ts'
import { Entrance } from '../entrance.ts'
import type { PartitionQueue, ProducerIdentity } from '../partition-queue.ts'
import type { ForeignCodec } from '../producer-batch.ts'
import type { ProducerMetrics } from '../producer-metrics.ts'
import type { ProducerSettings } from '../producer-options.ts'
import type { ProducerRecord } from '../record.ts'
import { CoordinatorRequests } from './coordinator-requests.ts'
import type { GroupOfOffsets, Transaction, TransactionOffset } from './transaction.ts'

/** After these, this producer can do nothing any more: another one has its place, or it may not be one. */
const fatalErrors = new Set<OttlaErrorName>([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
])

export interface TransactionsOptions {
  readonly cluster: Cluster
  readonly settings: ProducerSettings
  readonly transactionalId: string
  readonly transactionTimeoutMs: number
}

/** For those who keep account of deliveries themselves. */
export interface OpenTransaction extends Transaction {
  /** Settles as the delivery does that `deliver` makes. */
  add<T>(records: readonly ProducerRecord[], deliver: MakeDelivery<T>): Promise<T>
}
export type MakeDelivery<T> = (resolve: (value: T) => void, reject: (error: OttlaError) => void) => Delivery

/**
 * The transactions of one transactional id, one after the other.
 *   idle     none is under way.                begin -> open
 *   open     records and offsets are taken.    the work is done -> ending; it throws -> ending
 *   ending   nothing is taken any more; what was sent settles, then the coordinator commits or aborts. -> idle
 *   fenced   for good: see `fatalErrors`.
 * `identity` undefined: unknown what became of the last one. The next `begin` asks for a new epoch, which aborts it; as the
 * one that it was (KIP-360), so that a producer whose place was taken meanwhile does not take it back.
 */
export class Transactions {
  readonly #dispatcher: Dispatcher
  readonly #entrance: Entrance
  readonly #requests: CoordinatorRequests
  readonly #transactionalId: string
  #state: 'idle' | 'open' | 'ending' = 'idle'
  #fenced: OttlaError | undefined
  #identity: ProducerIdentity | undefined
  #lastIdentity: ProducerIdentity | undefined
  #isVersion2 = false
  /** The coordinator may know of something to end. */
  #hasContent = false
  /** Why the open transaction cannot be committed. */
  #failure: OttlaError | undefined
  /** Version 1: partitions that the coordinator knows to be part of the transaction, that it is told of, and the others. */
  readonly #added = new Set<PartitionQueue>()
  readonly #announced = new Set<PartitionQueue>()
  #unannounced = new Set<PartitionQueue>()
  /** Ends the telling when the transaction does. */
  #adding = new AbortController()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: TransactionsOptions) {
    const { cluster, settings, transactionalId, transactionTimeoutMs } = options
    this.#transactionalId = transactionalId
    this.#requests = new CoordinatorRequests({
      cluster,
      transactionalId,
      transactionTimeoutMs,
      timeoutMs: settings.deliveryTimeoutMs,
    })
    this.#dispatcher = new Dispatcher({
      cluster,
      settings,
      identify: async () => this.#identity!,
      transaction: {
        transactionalId,
        usesVersion2: () => this.#isVersion2,
        mayWrite: (queue) => this.#mayWrite(queue),
        failed: (error) => this.#fail(error),
      },
    })
    this.#entrance = new Entrance({
      dispatcher: this.#dispatcher,
      clientId: cluster.settings.clientId,
      transactionalId,
      check: () => this.#mustBeOpen(),
    })
  }

  /** Runs `work` in a transaction, after those before it: commits when it is done, aborts when it throws. */
  run<T>(work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#run(work))
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Batches are packed with this codec from now on. */
  useCompression(type: CompressionType, foreignCodec?: ForeignCodec): Promise<void> {
    return this.#dispatcher.useCompression(type, foreignCodec)
  }

  metrics(): ProducerMetrics {
    return this.#dispatcher.metrics()
  }

  /** When all that were begun have ended. */
  async close(): Promise<void> {
    await this.#turn
    this.#dispatcher.close()
  }

  async #run<T>(work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
    await this.#begin()
    try {
      const result = await work(this.#handle())
      await this.#commit()
      return result
    } catch (error) {
      await this.#abort(asOttlaError(error)).catch(() => {})
      // The coordinator knows better than a partition's leader why an epoch is too old.
      throw this.#fenced ?? error
    } finally {
      this.#state = 'idle'
    }
  }

  async #begin(): Promise<void> {
    if (this.#fenced !== undefined) throw this.#fenced
    if (this.#identity === undefined) await this.#initialize(this.#lastIdentity)
    this.#failure = undefined
    this.#hasContent = false
    this.#added.clear()
    this.#announced.clear()
    this.#unannounced.clear()
    this.#adding = new AbortController()
    this.#state = 'open'
  }

  async #initialize(known?: ProducerIdentity): Promise<void> {
    const { identity, isVersion2 } = await this.#watched(() => this.#requests.initialize(known))
    this.#isVersion2 = isVersion2
    this.#becomes(identity)
  }

  #becomes(identity: ProducerIdentity): void {
    const { producerId, producerEpoch } = identity
    // Another object would mean that sequences start anew.
    if (this.#identity?.producerId === producerId && this.#identity.producerEpoch === producerEpoch) return
    this.#identity = identity
    this.#lastIdentity = identity
    this.#dispatcher.setIdentity(identity)
  }

  async #commit(): Promise<void> {
    await this.#entrance.through()
    this.#state = 'ending'
    await this.#dispatcher.flush()
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#hasContent) return
    const identity = this.#identity!
    // Until the answer is there, the outcome is unknown.
    this.#identity = undefined
    const next = await this.#watched(() => this.#requests.end(identity, true, this.#isVersion2))
    this.#identity = identity
    this.#becomes(next)
  }

  async #abort(cause: OttlaError): Promise<void> {
    this.#state = 'ending'
    this.#adding.abort(cause)
    this.#dispatcher.dropUnsent(new OttlaError('OPERATION_ABORTED', { message: 'the transaction was aborted', cause }))
    await this.#entrance.through()
    await this.#dispatcher.flush()
    const identity = this.#identity
    if (identity === undefined || this.#fenced !== undefined || !this.#hasContent) return
    this.#identity = undefined
    const next = await this.#watched(() => this.#requests.end(identity, false, this.#isVersion2))
    this.#identity = identity
    this.#becomes(next)
    // Records that were given up leave a gap in the sequences, which a new epoch closes.
    if (!this.#isVersion2) await this.#initialize(identity)
  }

  #handle(): OpenTransaction {
    return {
      add: (records, deliver) => this.#add(records, deliver),
      send: (record) => this.#taken(this.#entrance.send(record)),
      sendBatch: (records) => this.#taken(this.#entrance.sendBatch(records)),
      sendOffsets: (offsets, group) => this.#sendOffsets(offsets, group),
    }
  }

  #add<T>(records: readonly ProducerRecord[], deliver: MakeDelivery<T>): Promise<T> {
    return this.#taken(
      new Promise((resolve, reject) => {
        this.#mustBeOpen()
        const delivery = deliver(resolve, reject)
        for (let i = 0; i < records.length; i++) this.#dispatcher.add(records[i]!, delivery, i)
      }),
    )
  }

  #sendOffsets(
    offsets: readonly TransactionOffset[],
    group: string | (MemberIdentity & { readonly groupId: string }),
  ): Promise<void> {
    const of: GroupOfOffsets =
      typeof group === 'string' ? { groupId: group } : { groupId: group.groupId, member: group }
    return this.#taken(
      this.#watched(async () => {
        this.#mustBeOpen()
        const identity = this.#identity!
        this.#hasContent = true
        if (!this.#isVersion2) await this.#requests.addOffsets(identity, of.groupId)
        await this.#requests.commitOffsets(identity, of, offsets, this.#isVersion2)
      }),
    )
  }

  /** Whoever does not await what is sent, hears of its failure at the commit: it must not end the process before. */
  #taken<T>(promise: Promise<T>): Promise<T> {
    promise.catch((error) => this.#fail(asOttlaError(error)))
    return promise
  }

  #mustBeOpen(): void {
    if (this.#state === 'open') return
    const message = 'the transaction has ended; await everything within it'
    throw new OttlaError('INVALID_TXN_STATE', { message, transactionalId: this.#transactionalId })
  }

  #mayWrite(queue: PartitionQueue): boolean {
    if (this.#identity === undefined) return false
    this.#hasContent = true
    if (this.#isVersion2 || this.#added.has(queue)) return true
    if (!this.#announced.has(queue)) {
      this.#unannounced.add(queue)
      this.#announce()
    }
    return false
  }

  /** Tells the coordinator of the partitions that have gathered; the next ones gather meanwhile. */
  #announce(): void {
    if (this.#announced.size > 0 || this.#unannounced.size === 0) return
    const queues = [...this.#unannounced]
    const { signal } = this.#adding
    this.#unannounced.clear()
    for (const queue of queues) this.#announced.add(queue)
    this.#watched(() => this.#requests.addPartitions(this.#identity!, queues, signal)).then(
      () => {
        if (signal.aborted) return
        for (const queue of queues) this.#added.add(queue)
        this.#announced.clear()
        this.#dispatcher.work()
        this.#announce()
      },
      (error) => {
        if (signal.aborted) return
        this.#fail(asOttlaError(error))
        this.#dispatcher.dropUnsent(asOttlaError(error))
      },
    )
  }

  #fail(error: OttlaError): void {
    if (this.#state !== 'idle') this.#failure ??= error
  }

  /** Sees whether an error is the end. */
  async #watched<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const failure = asOttlaError(error, { transactionalId: this.#transactionalId })
      if (fatalErrors.has(failure.name)) this.#fenced ??= failure
      throw failure
    }
  }
}
