import type { PackedBatch } from '@ottla/protocol'

/**
 * A request often has a batch for each of a handful of partitions. Each keeps the whole of it in memory, but they leave
 * about together, and to copy them takes a tenth of all that the broker does.
 */
const keptBytesPerByte = 8

/** A batch with its place in the log: what of its header the log works with, read once. */
export class StampedBatch {
  bytes: Buffer
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly maxTimestamp: number
  readonly crc: number
  /** -1: not from an idempotent producer. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  /** Bytes of the partition before this batch, counted from any fixed point. Set by the log that holds it. */
  position = 0

  constructor(batch: PackedBatch) {
    this.bytes = batch.bytes
    this.baseOffset = batch.baseOffset
    this.lastOffset = batch.lastOffset
    this.leaderEpoch = batch.partitionLeaderEpoch
    this.maxTimestamp = batch.maxTimestamp
    this.crc = batch.crc
    this.producerId = batch.producerId
    this.producerEpoch = batch.producerEpoch
    this.baseSequence = batch.baseSequence
    this.lastSequence = batch.lastSequence
  }

  /** Lets go of the much larger buffer (a request, say) that the bytes may be a slice of, before they are kept for long. */
  detach(): void {
    if (this.bytes.buffer.byteLength > keptBytesPerByte * this.bytes.length) this.bytes = Buffer.from(this.bytes)
  }
}
