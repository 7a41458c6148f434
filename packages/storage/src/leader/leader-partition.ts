import { compression, KafkaError, type PackedBatch } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import type {
  Appended,
  AppendOptions,
  Partition,
  PartitionId,
  ProducerSummary,
  ReadOptions,
  ReadResult,
  TimedOffset,
} from '../partition.ts'
import type { TopicSettings } from '../topic-settings.ts'
import { admit, missingCodecs, readBatches } from './admission.ts'
import type { PartitionLog, QueuedAppend } from './partition-log.ts'
import { checkSequence, type Producer, repeated, withBatch } from './producers.ts'
import { RefusedProducers } from './refused-producers.ts'
import { StampedBatch } from './stamped-batch.ts'
import { recordAtOrAfter } from './timed-offset.ts'

/**
 * A partition at its leader: Kafka's rules over a log, whatever the log is made of.
 *
 *     log.state     what is durable:  offsets up to the high watermark, producers, leader epochs
 *     #queued       what is on its way: appended, has its offsets, not durable yet
 *     #producers    producers as they will be when all that is queued is durable
 *
 * When a batch has become durable the log replays it into its state, as recovery does. When that failed, all that is
 * queued fails with it, and forgetting the queue is the whole roll-back.
 */
export class LeaderPartition implements Partition {
  readonly #runtime: Runtime
  readonly #log: PartitionLog
  leaderEpoch: number
  #nextOffset: number
  #queued: Queued[] = []
  #producers: Map<number, Producer> | undefined = undefined
  // Appends that cannot be queued at once (no room, a codec to load) make those after them wait too.
  #turn: Promise<unknown> | undefined = undefined
  #refused: RefusedProducers | undefined = undefined
  #listeners: (() => void)[] | undefined = undefined

  constructor(runtime: Runtime, log: PartitionLog) {
    this.#runtime = runtime
    this.#log = log
    this.leaderEpoch = log.state.epochs.latest
    this.#nextOffset = log.state.endOffset
    log.listener = () => this.#changed()
  }

  get id(): PartitionId {
    return this.#log.id
  }
  get logStartOffset(): number {
    return this.#log.state.logStartOffset
  }
  // It moves when the write has resolved, not when it is queued. Otherwise: a batch is queued, a fetch answers with it,
  // the process dies, and the consumer has seen what the log does not have.
  get highWatermark(): number {
    return this.#log.state.endOffset
  }
  get lastStableOffset(): number {
    return this.#log.state.endOffset
  }
  get sizeBytes(): number {
    return this.#log.sizeBytes
  }
  get settings(): TopicSettings {
    return this.#log.settings
  }
  set settings(settings: TopicSettings) {
    this.#log.settings = settings
  }

  append(records: Buffer, options: AppendOptions): Promise<Appended> {
    try {
      const batches = readBatches(records, this.id.topic, options)
      const needsCodecs = missingCodecs(batches[0]!, this.settings).length > 0
      const waits = this.#turn !== undefined || !this.#log.hasRoom || needsCodecs
      return waits ? this.#queueInTurn(batches, options) : this.#queue(batches, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #queueInTurn(batches: readonly PackedBatch[], options: AppendOptions): Promise<Appended> {
    const ready = (this.#turn ?? Promise.resolve()).then(async () => {
      for (const type of missingCodecs(batches[0]!, this.settings)) await compression(type)
      while (!this.#log.hasRoom) await this.#log.room()
    })
    ready.catch(() => this.#refuse(batches[0]!))
    // Those behind it fail with it: they may build on it. Whether it is a good batch is its own affair.
    const turn = ready.then(() => {
      const appended = this.#queue(batches, options)
      if (this.#turn === turn) this.#turn = undefined
      return { appended }
    })
    this.#turn = turn
    turn.catch(() => {
      if (this.#turn === turn) this.#turn = undefined
    })
    return turn.then(({ appended }) => appended)
  }

  #refuse(batch: PackedBatch | StampedBatch): void {
    if (batch.producerId < 0 || this.#log.state.producers?.get(batch.producerId) !== undefined) return
    this.#refused ??= new RefusedProducers()
    this.#refused.add(batch)
  }

  /** Gives the batches their offsets and hands them to the log. The promise is that of the last of them. */
  #queue(batches: readonly PackedBatch[], options: AppendOptions): Promise<Appended> {
    try {
      if (batches.length === 1) return this.#queueBatch(batches[0]!, options)
      const all = batches.map((batch) => this.#queueBatch(batch, options))
      return Promise.all(all).then((each) => ({ ...each[each.length - 1]!, baseOffset: each[0]!.baseOffset }))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #queueBatch(received: PackedBatch, options: AppendOptions): Promise<Appended> {
    const { producerId, producerEpoch, baseSequence, lastSequence } = received
    const sent = { producerId, producerEpoch, baseSequence, lastSequence }
    const producer = producerId < 0 ? undefined : this.#producer(producerId)
    const earlier = producer && repeated(producer, sent)
    if (earlier !== undefined) return this.#duplicate(earlier)
    if (producerId >= 0) checkSequence(producer, sent, this.#name)
    if (producerId >= 0 && producer === undefined) this.#refused?.check(sent, this.#name)

    const nowMs = this.#runtime.now()
    const batch = options.origin === 'client' ? admit(received, this.#name, this.settings, nowMs) : received
    batch.baseOffset = this.#nextOffset
    batch.partitionLeaderEpoch = this.leaderEpoch
    const stamped = new StampedBatch(batch)
    const logAppendTimeMs = batch.timestampType === 'LogAppendTime' ? stamped.maxTimestamp : -1
    return new Promise((resolve, reject) => {
      const queued = new Queued(this, stamped, logAppendTimeMs, resolve, reject)
      this.#log.append(stamped, queued)
      this.#queued.push(queued)
      this.#nextOffset = stamped.lastOffset + 1
      if (producerId < 0) return
      this.#producers ??= new Map()
      this.#producers.set(producerId, withBatch(producer, stamped, nowMs))
    })
  }

  get #name(): string {
    return `${this.id.topic}-${this.id.partition}`
  }

  #producer(producerId: number): Producer | undefined {
    return this.#producers?.get(producerId) ?? this.#log.state.producers?.get(producerId)
  }

  // The answer to a repetition promises the same as the first one: so it waits until the original is durable.
  #duplicate(original: { readonly baseOffset: number; readonly lastOffset: number }): Promise<Appended> {
    const answer = {
      baseOffset: original.baseOffset,
      lastOffset: original.lastOffset,
      logAppendTimeMs: -1,
      logStartOffset: this.logStartOffset,
      duplicate: true,
    }
    const queued = this.#queued.find((one) => one.batch.baseOffset === original.baseOffset)
    return queued === undefined ? Promise.resolve(answer) : queued.settled().then(() => answer)
  }

  /** The first in the queue is durable, and the log's state has it. */
  committed(): Appended {
    const { batch, logAppendTimeMs } = this.#queued.shift()!
    if (this.#queued.length === 0) this.#producers = undefined
    if (batch.producerId >= 0) this.#refused?.delete(batch.producerId)
    if (batch.lastOffset + 1 === this.highWatermark) this.#changed()
    const { baseOffset, lastOffset } = batch
    return { baseOffset, lastOffset, logAppendTimeMs, logStartOffset: this.logStartOffset, duplicate: false }
  }

  /** A write failed, and with it all that is queued; the log says so to each of them. */
  rollBack(): void {
    for (const { batch } of this.#queued) this.#refuse(batch)
    this.#queued = []
    this.#producers = undefined
    this.#nextOffset = this.#log.state.endOffset
  }

  read(options: ReadOptions): ReadResult | Promise<ReadResult> {
    const { from } = options
    if (from < this.logStartOffset || from > this.#nextOffset) return Promise.reject(this.#outOfRange(from))
    if (from >= this.highWatermark) return this.#result([])
    const read = this.#log.read(from, options)
    if (!(read instanceof Promise)) return this.#result(read)
    return read.then(
      (batches) => this.#result(batches),
      (error) => {
        // The log start may have passed the reader meanwhile, and the file is gone.
        throw from < this.logStartOffset ? this.#outOfRange(from) : error
      },
    )
  }

  #result(batches: readonly Uint8Array[]): ReadResult {
    let bytes = 0
    for (const batch of batches) bytes += batch.length
    const { highWatermark, lastStableOffset, logStartOffset } = this
    return { batches, bytes, highWatermark, lastStableOffset, logStartOffset, abortedTransactions: [] }
  }

  #outOfRange(offset: number): KafkaError {
    return new KafkaError(
      'OFFSET_OUT_OF_RANGE',
      `${this.#name} has the offsets ${this.logStartOffset} to ${this.highWatermark}, not ${offset}`,
    )
  }

  bytesAvailable(from: number, _isolation: ReadOptions['isolation'], limit: number): number {
    return from >= this.highWatermark ? 0 : this.#log.bytesFrom(Math.max(from, this.logStartOffset), limit)
  }

  async offsetForTime(timestamp: number): Promise<TimedOffset | undefined> {
    // The log start may lie within a batch, behind the record that the batch was found for.
    for (let from = this.logStartOffset; ; ) {
      const batch = await this.#log.batchForTime(timestamp, from).catch((error) => {
        // The log start has passed what was searched, and the files are gone.
        if (from >= this.logStartOffset) throw error
        return 'removed' as const
      })
      if (batch === undefined) return undefined
      if (batch === 'removed') {
        from = this.logStartOffset
        continue
      }
      const found = await recordAtOrAfter(batch, timestamp, this.logStartOffset)
      if (found !== undefined) return found
      from = batch.nextOffset
    }
  }

  async offsetOfMaxTimestamp(): Promise<TimedOffset | undefined> {
    return this.#log.maxTimestamp < 0 ? undefined : this.offsetForTime(this.#log.maxTimestamp)
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    if (epoch > this.leaderEpoch) return undefined
    // An epoch that has no records yet ends where the log ends, as the latest one does.
    if (epoch === this.leaderEpoch) return { epoch, endOffset: this.highWatermark }
    const { epochs } = this.#log.state
    return epochs.endOf(Math.min(epoch, epochs.latest), this.highWatermark)
  }

  epochOf(offset: number): number {
    return this.#log.state.epochs.epochOf(offset)
  }

  async deleteRecords(before: number): Promise<number> {
    if (!this.settings.cleanup.delete)
      throw new KafkaError('POLICY_VIOLATION', `records of ${this.#name} cannot be deleted: it is compacted only`)
    const offset = before === -1 ? this.highWatermark : before
    if (offset < 0 || offset > this.highWatermark) throw this.#outOfRange(offset)
    if (offset > this.logStartOffset) await this.#log.setLogStart(offset)
    return this.logStartOffset
  }

  producers(): readonly ProducerSummary[] {
    return this.#log.state.producers?.summaries() ?? []
  }

  onChange(listener: () => void): () => void {
    const others = this.#listeners ?? []
    this.#listeners = [...others, listener]
    return () => {
      this.#listeners = this.#listeners?.filter((one) => one !== listener)
      if (this.#listeners?.length === 0) this.#listeners = undefined
    }
  }

  #changed(): void {
    if (this.#listeners === undefined) return
    for (const listener of this.#listeners) listener()
  }
}

/** A batch on its way to the disk, and who waits for it. */
class Queued implements QueuedAppend {
  readonly batch: StampedBatch
  readonly logAppendTimeMs: number
  readonly #partition: LeaderPartition
  readonly #resolve: (appended: Appended) => void
  readonly #reject: (error: Error) => void
  #repetitions: { resolve: () => void; reject: (error: Error) => void }[] | undefined = undefined

  constructor(
    partition: LeaderPartition,
    batch: StampedBatch,
    logAppendTimeMs: number,
    resolve: (appended: Appended) => void,
    reject: (error: Error) => void,
  ) {
    this.#partition = partition
    this.batch = batch
    this.logAppendTimeMs = logAppendTimeMs
    this.#resolve = resolve
    this.#reject = reject
  }

  settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#repetitions ??= []
      this.#repetitions.push({ resolve, reject })
    })
  }

  committed(): void {
    this.#resolve(this.#partition.committed())
    for (const repetition of this.#repetitions ?? []) repetition.resolve()
  }

  failed(error: Error): void {
    this.#partition.rollBack()
    this.#reject(error)
    for (const repetition of this.#repetitions ?? []) repetition.reject(error)
  }
}
