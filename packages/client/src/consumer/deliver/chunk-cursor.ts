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

  /** The next record; undefined after the last, and when the partition has jumped elsewhere or is taken away. */
  next(): ConsumerRecord<K, V> | undefined {
    const { partition, nextOffset } = this.chunk
    if (this.isVoid) return undefined
    const record = this.#reader.next()
    if (record === undefined) {
      partition.position = nextOffset
      return undefined
    }
    partition.position = record.offset + 1
    partition.processedEpoch = record.leaderEpoch
    return record
  }
}
