import type { Reader, Writer } from '@ottla/protocol'
import { LeaderEpochs } from './leader-epochs.ts'
import { Producers } from './producers.ts'
import type { StampedBatch } from './stamped-batch.ts'

/** Transactions will add theirs under another version. */
const version = 1

/**
 * What is known of a partition from its durable batches alone: replaying them from the start, or from an encoded state
 * on, gives the same. Pure and synchronous; it never holds what is only queued.
 */
export class PartitionState {
  logStartOffset = 0
  /** End of what is durable: the high watermark, on one machine. */
  endOffset = 0
  readonly epochs = new LeaderEpochs()
  producers: Producers | undefined = undefined

  replay(batch: StampedBatch, nowMs: number): void {
    this.endOffset = batch.lastOffset + 1
    if (batch.leaderEpoch > this.epochs.latest) this.epochs.replay(batch.leaderEpoch, batch.baseOffset)
    if (batch.producerId >= 0) {
      this.producers ??= new Producers()
      this.producers.replay(batch, nowMs)
    }
  }

  startAt(offset: number): void {
    if (offset <= this.logStartOffset) return
    this.logStartOffset = offset
    if (this.endOffset < offset) this.endOffset = offset
    this.epochs.startAt(offset)
  }

  expireProducers(silentSinceMs: number): void {
    this.producers?.expire(silentSinceMs)
    if (this.producers?.count === 0) this.producers = undefined
  }

  encode(writer: Writer): void {
    writer.int8(version)
    writer.int64(this.logStartOffset)
    writer.int64(this.endOffset)
    this.epochs.encode(writer)
    if (this.producers === undefined) writer.int32(0)
    else this.producers.encode(writer)
  }

  decode(reader: Reader): void {
    const found = reader.int8()
    if (found !== version)
      throw new Error(`a partition's state of version ${found}; this Ottla knows version ${version}`)
    this.logStartOffset = reader.int64()
    this.endOffset = reader.int64()
    this.epochs.decode(reader)
    this.producers = Producers.decode(reader)
  }
}
