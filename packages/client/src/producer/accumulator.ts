import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import { BatchBuffer, type EncodedRecord } from './batch-buffer.ts'
import { BufferPool } from './buffer-pool.ts'
import type { Delivery } from './delivery.ts'
import { RecordEncoder } from './encode-record.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { Partitioner } from './partitioner.ts'
import { ProducerBatch } from './producer-batch.ts'
import type { ProducerRecord } from './record.ts'
import { TopicQueues, WaitingRecord } from './topic-queues.ts'

export interface AccumulatorOptions {
  readonly cluster: Cluster
  readonly lingerMs: number
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly topicTimeoutMs: number
  readonly deliveryTimeoutMs: number
  readonly partitioner: Partitioner | undefined
  /** These partitions have batches that may be sent. */
  release(queues: Iterable<PartitionQueue>): void
  /** Records that waited are in batches now, or have failed. */
  placed(): void
  /** A batch has not been delivered in time. */
  expired(queue: PartitionQueue, batch: ProducerBatch): void
}

/** How often the end of a tick is looked for before what has gathered is sent anyhow. */
const hopsMost = 32

/**
 * Gathers records into batches.
 *
 *     send -> memory left? -> topic known? -> partition -> open batch of the partition -> released
 *               | no: `blocked`  | no: `waiting` of the topic
 *
 * A batch is released at the end of the tick that opened it, or after `lingerMs`, or when it is full. The end of a tick is
 * when a round of the microtask queue has added nothing more: whoever awaits one record and sends the next, and a
 * thousand who do so at a time, find their records together in one request.
 */
export class Accumulator {
  readonly #options: AccumulatorOptions
  readonly #cluster: Cluster
  readonly #topics = new Map<string, TopicQueues>()
  readonly #encoder = new RecordEncoder()
  readonly #pool = new BufferPool()
  readonly #forgetListener: () => void
  /** Partitions whose open batch is not released yet. */
  #gathering = new Set<PartitionQueue>()
  #isReleaseDue = false
  #added = 0
  #batchCount = 0
  #heldBytes = 0
  #blocked: WaitingRecord[] = []

  constructor(options: AccumulatorOptions) {
    this.#options = options
    this.#cluster = options.cluster
    this.#forgetListener = this.#cluster.onMetadata(() => this.#refreshTopics())
  }

  add(record: ProducerRecord, delivery: Delivery, slot: number): void {
    if (this.#heldBytes >= this.#options.bufferBytes || this.#blocked.length > 0) this.#block(record, delivery, slot)
    else this.#place(record, delivery, slot)
  }

  /** Batches that were opened until now. */
  get batchCount(): number {
    return this.#batchCount
  }

  /** Bytes of records that have not settled. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Lets go of everything that gathered. */
  release(): void {
    const queues = this.#gathering
    this.#gathering = new Set()
    for (const queue of queues) queue.isDue = true
    this.#options.release(queues)
  }

  /** A batch has settled, in whatever way; `buffer` may be used again if nobody can still be sending it. */
  settled(batch: ProducerBatch, bufferIsFree: boolean): void {
    this.#heldBytes -= batch.heldBytes
    batch.heldBytes = 0
    if (bufferIsFree) this.#pool.give(batch.records.buffer)
    if (this.#blocked.length > 0) this.#unblock()
  }

  /** Every batch that has not settled. */
  *unsettled(): Generator<[PartitionQueue, ProducerBatch], void, undefined> {
    for (const topic of this.#topics.values())
      for (const queue of topic.queues()) for (const batch of queue.batches()) yield [queue, batch]
  }

  /** Every record that is in no batch yet. */
  waiting(): WaitingRecord[] {
    return [...this.#blocked, ...[...this.#topics.values()].flatMap((topic) => topic.waiting)].filter(
      (record) => !record.isPlaced,
    )
  }

  close(): void {
    this.#forgetListener()
  }

  #place(record: ProducerRecord, delivery: Delivery, slot: number): void {
    const topic = this.#topics.get(record.topic) ?? this.#openTopic(record.topic)
    if (topic.metadata === undefined) {
      this.#await(topic, new WaitingRecord(record, delivery, slot))
      return
    }
    try {
      topic.isUsed = true
      const encoded = this.#encoder.encode(record, this.#cluster.runtime.now())
      const partition = this.#partitionOf(record, encoded, topic)
      if (partition >= topic.metadata.partitions.length) this.#findPartition(partition, record, delivery, slot)
      else this.#append(topic.queue(partition), encoded, delivery, slot)
    } catch (error) {
      delivery.failed(slot, asOttlaError(error, { topic: record.topic }))
    }
  }

  #await(topic: TopicQueues, waiting: WaitingRecord): void {
    waiting.heldBytes = RecordEncoder.roughBytes(waiting.record)
    this.#heldBytes += waiting.heldBytes
    topic.waiting.push(waiting)
  }

  #partitionOf(record: ProducerRecord, encoded: EncodedRecord, topic: TopicQueues): number {
    const { partitioner } = this.#options
    const chosen = record.partition ?? partitioner?.(record, topic.metadata!)
    if (chosen === undefined) return topic.partitioner.partition(encoded, topic.metadata!)
    if (Number.isInteger(chosen) && chosen >= 0) return chosen
    throw new OttlaError('INVALID_ARGUMENT', { message: `${chosen} is not a partition`, topic: record.topic })
  }

  #append(queue: PartitionQueue, encoded: EncodedRecord, delivery: Delivery, slot: number): void {
    let batch = queue.open
    if (batch !== undefined) {
      const most = Math.min(this.#options.batchBytes, queue.batchBytesMost)
      if (batch.records.bytes + RecordEncoder.mostBytes(encoded) > most) {
        queue.closeOpen()
        batch = undefined
      }
    }
    batch ??= this.#openBatch(queue)
    const before = batch.records.bytes
    batch.append(encoded, delivery, slot)
    const bytes = batch.records.bytes - before
    batch.heldBytes += bytes
    this.#heldBytes += bytes
    this.#added++
  }

  #openBatch(queue: PartitionQueue): ProducerBatch {
    const { topic, partition } = queue
    const place = { topic, partition, number: this.#batchCount++ }
    const batch = new ProducerBatch(place, new BatchBuffer(this.#pool.take()))
    batch.openedMs = this.#cluster.runtime.monotonic()
    batch.deadline = this.#cluster.wheel.after(this.#options.deliveryTimeoutMs, () =>
      this.#options.expired(queue, batch),
    )
    queue.open = batch
    this.#gathering.add(queue)
    this.#releaseLater()
    return batch
  }

  #releaseLater(): void {
    if (this.#isReleaseDue) return
    this.#isReleaseDue = true
    const { lingerMs } = this.#options
    if (lingerMs > 0) this.#cluster.runtime.timer(lingerMs, () => this.#releaseNow())
    else this.#releaseAtEndOfTick(this.#added, hopsMost)
  }

  #releaseAtEndOfTick(seen: number, hopsLeft: number): void {
    queueMicrotask(() => {
      if (this.#added === seen || hopsLeft === 0) this.#releaseNow()
      else this.#releaseAtEndOfTick(this.#added, hopsLeft - 1)
    })
  }

  #releaseNow(): void {
    this.#isReleaseDue = false
    this.release()
  }

  #openTopic(name: string): TopicQueues {
    const topic = new TopicQueues(name, this.#cluster.runtime)
    this.#topics.set(name, topic)
    this.#cluster.topic(name, { timeoutMs: this.#options.topicTimeoutMs }).then(
      (metadata) => {
        topic.metadata = metadata
        for (const { record, delivery, slot } of this.#takeWaiting(topic)) this.#place(record, delivery, slot)
        this.#unblock()
        this.#options.placed()
      },
      (error) => {
        this.#topics.delete(name)
        for (const { delivery, slot } of this.#takeWaiting(topic)) delivery.failed(slot, error)
        this.#unblock()
        this.#options.placed()
      },
    )
    return topic
  }

  *#takeWaiting(topic: TopicQueues): Generator<WaitingRecord, void, undefined> {
    const { waiting } = topic
    topic.waiting = []
    for (const record of waiting) {
      this.#heldBytes -= record.heldBytes
      if (record.place()) yield record
    }
  }

  /** The topic may have grown since it was last looked at. */
  async #findPartition(partition: number, record: ProducerRecord, delivery: Delivery, slot: number): Promise<void> {
    try {
      await this.#cluster.refresh()
      const count = this.#topics.get(record.topic)?.metadata?.partitions.length ?? 0
      if (partition < count) return this.#place(record, delivery, slot)
      const message = `there is no partition ${partition}, for the topic has ${count}`
      throw new OttlaError('UNKNOWN_TOPIC_OR_PARTITION', { message, topic: record.topic, partition })
    } catch (error) {
      delivery.failed(slot, asOttlaError(error))
    }
  }

  #refreshTopics(): void {
    for (const topic of this.#topics.values()) {
      if (topic.metadata === undefined) continue
      topic.metadata = this.#cluster.image.topics.get(topic.name) ?? topic.metadata
      if (topic.isUsed) this.#cluster.knownTopic(topic.name)
      topic.isUsed = false
    }
  }

  #block(record: ProducerRecord, delivery: Delivery, slot: number): void {
    const waiting = new WaitingRecord(record, delivery, slot)
    this.#blocked.push(waiting)
    waiting.deadline = this.#cluster.wheel.after(this.#options.deliveryTimeoutMs, () => {
      if (!waiting.place()) return
      const { bufferBytes, deliveryTimeoutMs } = this.#options
      const message = `the producer's memory (bufferBytes, ${bufferBytes}) stayed full for ${deliveryTimeoutMs} ms; wait for earlier records before sending more`
      delivery.failed(slot, new OttlaError('MEMORY_LIMIT_REACHED', { message, topic: record.topic }))
    })
  }

  #unblock(): void {
    let count = 0
    while (count < this.#blocked.length && this.#heldBytes < this.#options.bufferBytes) {
      const waiting = this.#blocked[count++]!
      if (waiting.place()) this.#place(waiting.record, waiting.delivery, waiting.slot)
    }
    this.#blocked.splice(0, count)
  }
}
