import type { ConsumerRecord } from '../consumer-record.ts'
import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { Deserializers } from './deserializers.ts'
import { RecordReader } from './record-reader.ts'

/** Hands out the records of a chunk one by one, and moves the partition's position along. */
export class ChunkCursor<K, V> {
  readonly chunk: FetchedChunk
  readonly #reader: RecordReader<K, V>

  constructor(chunk: FetchedChunk, deserializers: Deserializers<K, V>) {
    this.chunk = chunk
    this.#reader = new RecordReader(chunk, deserializers)
  }

  /** The partition has jumped elsewhere, or is taken away: the rest is not for this consumer. */
  get isVoid(): boolean {
    return this.chunk.turn !== this.chunk.partition.turn
  }

  /** The next record is being deserialized: `later` will have it. */
  get isPending(): boolean {
    return this.#reader.isPending
  }

  /**
   * The next record; undefined after the last, if it `isPending`, and when the partition has jumped elsewhere or is taken
   * away.
   */
  next(): ConsumerRecord<K, V> | undefined {
    if (this.isVoid) return undefined
    const record = this.#reader.next()
    return this.isPending ? undefined : this.#moved(record)
  }

  /** The record that `next` could not give at once; undefined if that is not why it gave none. */
  async later(): Promise<ConsumerRecord<K, V> | undefined> {
    if (!this.isPending) return undefined
    try {
      const record = await this.#reader.later()
      return this.isVoid ? undefined : this.#moved(record)
    } catch (error) {
      if (this.isVoid) return undefined
      throw error
    }
  }

  #moved(record: ConsumerRecord<K, V> | undefined): ConsumerRecord<K, V> | undefined {
    const { partition, nextOffset } = this.chunk
    partition.position = record === undefined ? nextOffset : record.offset + 1
    if (record !== undefined) partition.processedEpoch = record.leaderEpoch
    return record
  }
}
