import { KafkaError, type Reader, type Writer } from '@ottla/protocol'
import type { ProducerSummary } from '../partition.ts'
import type { StampedBatch } from './stamped-batch.ts'

/** Batches that are remembered per producer to know a repetition, as many as a producer may have in flight. */
const rememberedBatches = 5
/** Above this many producers of a partition those that were silent for longest are forgotten. */
const maxProducers = 5000

interface ProducedBatch {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly timestamp: number
}

/** What is known of an idempotent producer. Never changed: a batch more makes another. */
export interface Producer {
  readonly producerId: number
  readonly epoch: number
  /** Oldest first, at least one. */
  readonly batches: readonly ProducedBatch[]
  /** The broker's clock when it was heard of last. */
  readonly seenMs: number
}

/** The producer after one more batch. */
export function withBatch(before: Producer | undefined, batch: StampedBatch, nowMs: number): Producer {
  const { baseSequence, lastSequence, baseOffset, lastOffset, maxTimestamp } = batch
  const produced = { baseSequence, lastSequence, baseOffset, lastOffset, timestamp: maxTimestamp }
  const known = before !== undefined && before.epoch === batch.producerEpoch ? before.batches : []
  const batches = [...known.slice(1 - rememberedBatches), produced]
  return { producerId: batch.producerId, epoch: batch.producerEpoch, batches, seenMs: nowMs }
}

/** The remembered batch that this one repeats. */
export function repeated(producer: Producer, sent: SentSequence): ProducedBatch | undefined {
  if (producer.epoch !== sent.producerEpoch) return undefined
  return producer.batches.find((b) => b.baseSequence === sent.baseSequence && b.lastSequence === sent.lastSequence)
}

export interface SentSequence {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
}

/**
 * Kafka's rules for the next batch of a producer (ProducerAppendInfo). A producer that is not known may begin anywhere:
 * it may have been forgotten since.
 */
export function checkSequence(producer: Producer | undefined, sent: SentSequence, where: string): void {
  if (producer === undefined) return
  if (sent.producerEpoch < producer.epoch)
    throw new KafkaError(
      'INVALID_PRODUCER_EPOCH',
      `producer ${sent.producerId} sent to ${where} with epoch ${sent.producerEpoch}, but epoch ${producer.epoch} has begun`,
    )
  if (sent.producerEpoch > producer.epoch) {
    if (sent.baseSequence === 0) return
    throw outOfOrder(sent, where, 'a new epoch begins with sequence 0')
  }
  const last = producer.batches[producer.batches.length - 1]!.lastSequence
  const next = last === 0x7fff_ffff ? 0 : last + 1
  if (sent.baseSequence !== next) throw outOfOrder(sent, where, `sequence ${next} is next`)
}

export const outOfOrder = (sent: SentSequence, where: string, expected: string) =>
  new KafkaError(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `producer ${sent.producerId} sent sequence ${sent.baseSequence} to ${where}, but ${expected}`,
  )

/** The idempotent producers of a partition, those that were silent for longest first. */
export class Producers {
  readonly #byId = new Map<number, Producer>()

  get count(): number {
    return this.#byId.size
  }

  get(producerId: number): Producer | undefined {
    return this.#byId.get(producerId)
  }

  replay(batch: StampedBatch, nowMs: number): void {
    this.#put(withBatch(this.#byId.get(batch.producerId), batch, nowMs))
  }

  expire(silentSinceMs: number): void {
    for (const [id, producer] of this.#byId) {
      if (producer.seenMs > silentSinceMs) break
      this.#byId.delete(id)
    }
  }

  summaries(): ProducerSummary[] {
    return [...this.#byId.values()].map(({ producerId, epoch, batches }) => {
      const last = batches[batches.length - 1]!
      return {
        producerId,
        producerEpoch: epoch,
        lastSequence: last.lastSequence,
        lastTimestamp: last.timestamp,
        currentTransactionStartOffset: -1,
      }
    })
  }

  encode(writer: Writer): void {
    writer.int32(this.#byId.size)
    for (const { producerId, epoch, seenMs, batches } of this.#byId.values()) {
      writer.int64(producerId)
      writer.int16(epoch)
      writer.int64(seenMs)
      writer.int8(batches.length)
      for (const batch of batches) {
        writer.int32(batch.baseSequence)
        writer.int32(batch.lastSequence)
        writer.int64(batch.baseOffset)
        writer.int64(batch.lastOffset)
        writer.int64(batch.timestamp)
      }
    }
  }

  static decode(reader: Reader): Producers | undefined {
    const count = reader.int32()
    if (count === 0) return undefined
    const producers = new Producers()
    for (let left = count; left > 0; left--) {
      const producerId = reader.int64()
      const epoch = reader.int16()
      const seenMs = reader.int64()
      const batches = Array.from({ length: reader.int8() }, () => ({
        baseSequence: reader.int32(),
        lastSequence: reader.int32(),
        baseOffset: reader.int64(),
        lastOffset: reader.int64(),
        timestamp: reader.int64(),
      }))
      producers.#put({ producerId, epoch, batches, seenMs })
    }
    return producers
  }

  // Deleting first moves the producer to the end of the map's order. A map that is emptied and filled shrinks and grows.
  #put(producer: Producer): void {
    if (this.#byId.size > 1) this.#byId.delete(producer.producerId)
    this.#byId.set(producer.producerId, producer)
    if (this.#byId.size > maxProducers) this.#byId.delete(this.#byId.keys().next().value!)
  }
}
