import { type Compression, type CompressionType, compression } from '@ottla/protocol'
import { backoffMs } from '../connection/chance.ts'
import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import { Accumulator } from './accumulator.ts'
import type { Delivery } from './delivery.ts'
import { recordErrors, type Verdict, verdictOf } from './delivery-rules.ts'
import type { PartitionQueue, ProducerIdentity } from './partition-queue.ts'
import type { ForeignCodec, ProducerBatch } from './producer-batch.ts'
import { ProducerCounts, type ProducerMetrics } from './producer-metrics.ts'
import type { ProducerSettings } from './producer-options.ts'
import type { ProducerRecord } from './record.ts'
import { type PartitionAnswer, Sender } from './sender.ts'
import { splitBatch } from './split-batch.ts'

/** What a transaction adds to the way of records. */
export interface TransactionHooks {
  readonly transactionalId: string
  /** The second version of the protocol (KIP-890). */
  usesVersion2(): boolean
  /** Whether the coordinator knows that the partition is part of the transaction. */
  mayWrite(queue: PartitionQueue): boolean
  /** A record of the transaction will not be there. */
  failed(error: OttlaError): void
}

/** From the next version of Produce on, a partition joins the transaction by being written to (KIP-890). */
const lastOfTransactionVersion1 = 11

/** The way of records from `add` to their settling: gathers, sends, and decides what an answer means. */
export class Dispatcher {
  readonly #cluster: Cluster
  readonly #settings: ProducerSettings
  readonly #transaction: TransactionHooks | undefined
  readonly #accumulator: Accumulator
  readonly #sender: Sender
  #compression: Compression | undefined
  #foreignCodec: ForeignCodec | undefined
  #identity: ProducerIdentity | undefined
  /** Codec and producer id are there; nothing is sent before. */
  #isPrepared = false
  #preparing: Promise<void> | undefined
  readonly #counts = new ProducerCounts()
  #onProgress: (() => void)[] = []

  /** `identify` gives the producer id, where the producer is idempotent. */
  constructor(options: {
    cluster: Cluster
    settings: ProducerSettings
    identify: () => Promise<ProducerIdentity>
    transaction?: TransactionHooks
  }) {
    this.#cluster = options.cluster
    this.#settings = options.settings
    this.#identify = options.identify
    this.#transaction = options.transaction
    this.#accumulator = this.#makeAccumulator()
    this.#sender = this.#makeSender()
    this.#cluster.closed.addEventListener('abort', this.#onClosed, { once: true })
  }
  readonly #identify: () => Promise<ProducerIdentity>

  add(record: ProducerRecord, delivery: Delivery, slot: number): void {
    this.#accumulator.add(record, delivery, slot)
  }

  /** Settles when every record that was added before has settled, well or not. */
  async flush(): Promise<void> {
    const waiting = this.#accumulator.waiting()
    while (waiting.some((record) => !record.isPlaced)) await this.#progress()
    this.#accumulator.release()
    const until = this.#accumulator.batchCount
    while (this.#hasUnsettledBefore(until)) await this.#progress()
  }

  metrics(): ProducerMetrics {
    const bufferedBytes = this.#accumulator.heldBytes
    return { ...this.#counts, requests: this.#sender.requestCount, bufferedBytes }
  }

  /**
   * Settles at once, or as soon as records take no more than `share` of the producer's memory. Whoever could go on at once
   * again and again would not let any answer in, so the share should be small enough to be used up soon.
   */
  async room(share: number): Promise<void> {
    while (this.#accumulator.heldBytes > share * this.#settings.bufferBytes) await this.#progress()
  }

  /** The producer goes on under another identity, once what is in flight is through. */
  setIdentity(identity: ProducerIdentity): void {
    this.#identity = identity
    this.#sender.work()
  }

  /** Batches are packed with this codec from now on. */
  async useCompression(type: CompressionType, foreignCodec?: ForeignCodec): Promise<void> {
    this.#compression = type === 'none' || foreignCodec !== undefined ? undefined : await compression(type)
    this.#foreignCodec = foreignCodec
  }

  /** Something that was awaited outside may have come: look for work. */
  work(): void {
    this.#sender.work()
  }

  /** Gives up on everything. */
  failAll(error: OttlaError): void {
    for (const waiting of this.#accumulator.waiting()) if (waiting.place()) waiting.delivery.failed(waiting.slot, error)
    for (const [queue, batch] of [...this.#accumulator.unsettled()]) this.#giveUp(queue, batch, error)
    this.#progressed()
  }

  /** Gives up on what is not on its way. */
  dropUnsent(error: OttlaError): void {
    for (const waiting of this.#accumulator.waiting()) if (waiting.place()) waiting.delivery.failed(waiting.slot, error)
    for (const [queue, batch] of [...this.#accumulator.unsettled()])
      if (batch.state !== 'inFlight') this.#giveUp(queue, batch, error)
    this.#progressed()
  }

  close(): void {
    this.#cluster.closed.removeEventListener('abort', this.#onClosed)
    this.#accumulator.close()
  }

  readonly #onClosed = () => this.failAll(new OttlaError('CLIENT_CLOSED'))

  #makeAccumulator(): Accumulator {
    return new Accumulator({
      cluster: this.#cluster,
      ...this.#settings,
      release: (queues) => this.#release(queues),
      placed: () => this.#progressed(),
      expired: (queue, batch) => this.#expire(queue, batch),
    })
  }

  #makeSender(): Sender {
    const { acks, maxInFlight, idempotent, compressionLevel } = this.#settings
    const transaction = this.#transaction
    return new Sender({
      cluster: this.#cluster,
      acks,
      maxInFlight,
      transactionalId: transaction?.transactionalId ?? null,
      maxVersion: () =>
        transaction === undefined || transaction.usesVersion2() ? Infinity : lastOfTransactionVersion1,
      form: () => ({
        compression: this.#compression,
        foreignCodec: this.#foreignCodec,
        compressionLevel,
        isTransactional: transaction !== undefined,
      }),
      identity: () => (!this.#isPrepared ? undefined : idempotent ? this.#identity : null),
      mayWrite: (queue) => transaction?.mayWrite(queue) ?? true,
      answered: (queue, batch, answer) => this.#answered(queue, batch, answer),
      unreachable: (queue, error) => this.#unreachable(queue, error),
      lost: (queue, batch, error) => this.#lost(queue, batch, error),
    })
  }

  #release(queues: Iterable<PartitionQueue>): void {
    for (const queue of queues) this.#sender.add(queue)
    if (this.#isPrepared) this.#sender.work()
    else this.#prepare()
  }

  #prepare(): void {
    this.#preparing ??= this.#becomeReady()
      .then(
        () => this.#sender.work(),
        (error) => this.failAll(asOttlaError(error)),
      )
      .finally(() => {
        this.#preparing = undefined
      })
  }

  async #becomeReady(): Promise<void> {
    const { compression, foreignCodec } = this.#settings
    if (compression !== 'none') await this.useCompression(compression, foreignCodec)
    if (this.#settings.idempotent) this.#identity = await this.#identify()
    this.#isPrepared = true
  }

  #answered(queue: PartitionQueue, batch: ProducerBatch, answer: PartitionAnswer): void {
    if (batch.state === 'settled') return
    this.#apply(verdictOf(answer, batch, queue), { queue, batch, answer })
    this.#progressed()
  }

  #lost(queue: PartitionQueue, batch: ProducerBatch, error: OttlaError): void {
    if (batch.state === 'settled') return
    batch.unreachableSinceMs = undefined
    if (error.retriable) this.#retry(queue, batch, error, this.#afterPause(batch))
    else this.#giveUp(queue, batch, error)
    this.#progressed()
  }

  /** An error that will not pass, such as a wrong password, ends the waiting; so does the end of patience. */
  #unreachable(queue: PartitionQueue, error: OttlaError): void {
    const { unreachableTimeoutMs = Infinity } = this.#settings
    const nowMs = this.#cluster.runtime.monotonic()
    for (const batch of queue.batches()) {
      batch.lastError = error
      batch.unreachableSinceMs ??= nowMs
      const isTooLong = nowMs - batch.unreachableSinceMs >= unreachableTimeoutMs
      if (!error.retriable || isTooLong) this.#giveUp(queue, batch, error)
    }
    this.#progressed()
  }

  #apply(verdict: Verdict, sent: { queue: PartitionQueue; batch: ProducerBatch; answer: PartitionAnswer }): void {
    const { queue, batch, answer } = sent
    switch (verdict.kind) {
      case 'delivered':
        this.#count(batch)
        batch.succeed(answer)
        queue.delivered()
        this.#accumulator.settled(batch, true)
        break
      case 'retry':
        this.#retry(queue, batch, verdict.error, this.#whenToRetry(verdict.error, sent))
        if (verdict.leaderMayHaveMoved) this.#sender.awaitMetadata()
        break
      case 'split':
        this.#split(queue, batch)
        break
      case 'retryInNewEpoch':
        this.#retryInNewEpoch(queue, batch, verdict.error)
        break
      case 'fail':
        this.#giveUp(queue, batch, verdict.error, answer)
        if (verdict.newEpoch && this.#transaction === undefined) this.#startNewEpoch(queue)
    }
  }

  #retry(queue: PartitionQueue, batch: ProducerBatch, error: OttlaError, atMs: number): void {
    const { topic, partition, count } = batch
    this.#cluster.watch.batchRetrying(`sending ${count} records to topic ${topic}, partition ${partition}`, error)
    queue.retry(batch, error, atMs)
  }

  #count({ count, records, attempts }: ProducerBatch): void {
    this.#counts.batchesDelivered++
    this.#counts.recordsDelivered += count
    this.#counts.bytesDelivered += records.bytes
    if (attempts > 1) this.#counts.batchesRetried++
  }

  /** At once, if all that is missing is the batch before, or if the answer named the new leader (KIP-951). */
  #whenToRetry(error: OttlaError, { batch, answer }: { batch: ProducerBatch; answer: PartitionAnswer }): number {
    const { leaderId, leaderEpoch } = answer.currentLeader
    const leader = this.#cluster.leader(batch.topic, batch.partition)
    const isNew = leaderId !== batch.sentTo?.leader || leaderEpoch !== batch.sentTo.leaderEpoch
    // One that does not lead yet names itself: it needs the pause.
    const knowsNewLeader = isNew && leader?.leader === leaderId && leader.leaderEpoch === leaderEpoch
    const isOutOfOrder = error.name === 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    return knowsNewLeader || isOutOfOrder ? this.#cluster.runtime.monotonic() : this.#afterPause(batch)
  }

  #afterPause(batch: ProducerBatch): number {
    const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = this.#cluster.settings
    const { runtime } = this.#cluster
    return runtime.monotonic() + backoffMs(runtime, batch.attempts - 1, { firstMs, maxMs })
  }

  #split(queue: PartitionQueue, batch: ProducerBatch): void {
    this.#counts.batchesSplit++
    const parts = splitBatch(batch)
    queue.replace(batch, parts)
    const leftMs = batch.deadline!.atMs - this.#cluster.runtime.monotonic()
    batch.deadline!.cancel()
    for (const part of parts) part.deadline = this.#cluster.wheel.after(leftMs, () => this.#expire(queue, part))
  }

  /** A transaction's epochs are the coordinator's: there, the transaction has failed. */
  #retryInNewEpoch(queue: PartitionQueue, batch: ProducerBatch, error: OttlaError): void {
    if (this.#transaction !== undefined) {
      this.#giveUp(queue, batch, error)
      return
    }
    this.#retry(queue, batch, error, this.#cluster.runtime.monotonic())
    this.#startNewEpoch(queue)
  }

  #startNewEpoch(queue: PartitionQueue): void {
    if (queue.startNewEpoch()) return
    this.#isPrepared = false
    this.#prepare()
  }

  #expire(queue: PartitionQueue, batch: ProducerBatch): void {
    if (batch.state === 'settled') return
    const { topic, partition, lastError, attempts } = batch
    const { deliveryTimeoutMs } = this.#settings
    const why = lastError === undefined ? `after ${attempts} attempts` : `the last error is: ${lastError.message}`
    const message = `not delivered within ${deliveryTimeoutMs} ms; ${why}`
    this.#giveUp(queue, batch, new OttlaError('DELIVERY_TIMEOUT', { message, topic, partition, cause: lastError }))
    this.#progressed()
    this.#sender.work()
  }

  #giveUp(queue: PartitionQueue, batch: ProducerBatch, error: OttlaError, answer?: PartitionAnswer): void {
    if (batch.state === 'settled') return
    const bufferIsFree = batch.state !== 'inFlight' || answer !== undefined
    this.#counts.recordsFailed += batch.count
    batch.fail(error, answer && recordErrors(answer, batch))
    queue.gaveUp(batch)
    this.#accumulator.settled(batch, bufferIsFree)
    this.#transaction?.failed(error)
  }

  #hasUnsettledBefore(number: number): boolean {
    for (const [, batch] of this.#accumulator.unsettled()) if (batch.number < number) return true
    return false
  }

  #progress(): Promise<void> {
    return new Promise((resolve) => this.#onProgress.push(resolve))
  }

  #progressed(): void {
    if (this.#onProgress.length === 0) return
    const waiting = this.#onProgress
    this.#onProgress = []
    for (const resolve of waiting) resolve()
  }
}
