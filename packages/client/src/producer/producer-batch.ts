import type { Compression, CompressionType } from '@ottla/protocol'
import type { PartitionMetadata } from '../connection/metadata.ts'
import type { Deadline } from '../connection/timer-wheel.ts'
import type { OttlaError } from '../ottla-error.ts'
import { type BatchBuffer, type EncodedRecord, noStamp, type ProducerStamp } from './batch-buffer.ts'
import type { BatchPlace, Delivery } from './delivery.ts'

/** A codec of the application's own, which may take its time: a batch is packed before its turn to be sent. */
export interface ForeignCodec {
  readonly type: CompressionType
  pack(records: Buffer): Promise<Uint8Array>
}

/** How a batch is written. */
export interface BatchForm {
  /** Undefined: none, or the foreign one. */
  readonly compression: Compression | undefined
  readonly foreignCodec: ForeignCodec | undefined
  readonly compressionLevel: number | undefined
  readonly isTransactional: boolean
}

/**
 * Records of one partition that travel together, and whom to tell.
 *   open       takes records.                        full, or its time has come -> waiting
 *   waiting    may be sent, for the first time or again.    sent -> inFlight
 *   inFlight   the broker has not answered yet.      answered -> settled; failed, worth another try -> waiting
 *   settled    everybody has been told.
 * A batch may settle while in flight, when its time is up: what the broker answers afterwards is of no use.
 */
export class ProducerBatch {
  state: 'open' | 'waiting' | 'inFlight' | 'settled' = 'open'
  readonly topic: string
  readonly partition: number
  /** Counts the producer's batches as they are opened; parts of one share its number. */
  readonly number: number
  readonly records: BatchBuffer
  readonly deliveries: Delivery[] = []
  readonly slots: number[] = []
  readonly timestamps: number[] = []
  stamp: ProducerStamp = noStamp
  attempts = 0
  /** When its first record came, by the monotonic clock. */
  openedMs = 0
  /** No retry before this moment of the monotonic clock. */
  notBeforeMs = 0
  /** When it was sent last, no batch before it was undecided: the broker could judge it by itself. */
  wasSentAsOldest = false
  /** The leader that it was sent to last. */
  sentTo: PartitionMetadata | undefined
  /** Since then its leader cannot be reached. */
  unreachableSinceMs: number | undefined
  isDelivered = false
  lastError: OttlaError | undefined
  deadline: Deadline | undefined
  /** Of memory that the batch holds against the producer's limit. */
  heldBytes = 0
  /** A foreign codec is at work on it. */
  isPacking = false
  #sealed: Buffer | undefined
  /** What a foreign codec has made of the records. */
  #packed: { readonly type: CompressionType; readonly records: Uint8Array } | undefined

  constructor(place: { topic: string; partition: number; number: number }, records: BatchBuffer) {
    this.topic = place.topic
    this.partition = place.partition
    this.number = place.number
    this.records = records
  }

  get count(): number {
    return this.records.count
  }

  get hasSequence(): boolean {
    return this.stamp.baseSequence >= 0
  }

  append(record: EncodedRecord, delivery: Delivery, slot: number): void {
    this.records.append(record)
    this.deliveries.push(delivery)
    this.slots.push(slot)
    this.timestamps.push(record.timestamp)
  }

  setStamp(stamp: ProducerStamp): void {
    this.stamp = stamp
    this.#sealed = undefined
  }

  get isPacked(): boolean {
    return this.#packed !== undefined
  }

  /** To be called before it is sealed, if a foreign codec is to pack it. */
  async packWith(codec: ForeignCodec): Promise<void> {
    this.isPacking = true
    try {
      this.#packed = { type: codec.type, records: await codec.pack(this.records.records) }
    } finally {
      this.isPacking = false
    }
  }

  /** As it goes on the wire; made once, for every attempt sends the same bytes. */
  sealed({ compression, compressionLevel, isTransactional }: BatchForm): Buffer {
    if (this.#sealed !== undefined) return this.#sealed
    const compressed = compression && {
      type: compression.type,
      records: compression.compress(this.records.records, compressionLevel),
    }
    this.#sealed = this.records.seal(this.stamp, isTransactional, this.#packed ?? compressed)
    return this.#sealed
  }

  /** `logAppendTimeMs` -1: records keep their own timestamps. */
  succeed(place: BatchPlace): void {
    const { baseOffset, logAppendTimeMs } = place
    const { topic, partition, deliveries, slots, timestamps } = this
    this.#settle()
    this.isDelivered = true
    for (let i = 0; i < deliveries.length; i++) {
      const offset = baseOffset < 0 ? -1 : baseOffset + i
      const timestamp = logAppendTimeMs < 0 ? timestamps[i]! : logAppendTimeMs
      deliveries[i]!.succeeded(slots[i]!, { topic, partition, offset, timestamp }, place)
    }
  }

  /** Some records may have an error of their own. */
  fail(error: OttlaError, recordErrors?: ReadonlyMap<number, OttlaError>): void {
    this.#settle()
    for (let i = 0; i < this.deliveries.length; i++)
      this.deliveries[i]!.failed(this.slots[i]!, recordErrors?.get(i) ?? error)
  }

  #settle(): void {
    this.state = 'settled'
    this.deadline?.cancel()
    this.#sealed = undefined
    this.#packed = undefined
  }
}
