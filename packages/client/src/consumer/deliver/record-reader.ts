import { openRecordsNow, type RecordCursor } from '@ottla/protocol'
import { asOttlaError, OttlaError } from '../../ottla-error.ts'
import { ConsumerRecord, type RecordOrigin } from '../consumer-record.ts'
import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { Deserializers } from './deserializers.ts'

/** Reads the records of a chunk, unpacking one batch at a time. */
export class RecordReader<K, V> {
  readonly #chunk: FetchedChunk
  readonly #deserializers: Deserializers<K, V>
  #nextBatch = 0
  #records: RecordCursor | undefined
  #origin: RecordOrigin | undefined

  constructor(chunk: FetchedChunk, deserializers: Deserializers<K, V>) {
    this.#chunk = chunk
    this.#deserializers = deserializers
  }

  /** The next record, or undefined after the last. Throws an error that says where, for what cannot be read. */
  next(): ConsumerRecord<K, V> | undefined {
    try {
      for (let records = this.#current(); records !== undefined; records = this.#current()) {
        if (!records.next()) this.#records = undefined
        else if (records.offset >= this.#chunk.fromOffset) return this.#record(records)
      }
    } catch (error) {
      throw this.#unreadable(error)
    }
    return undefined
  }

  #record(records: RecordCursor): ConsumerRecord<K, V> {
    const origin = this.#origin!
    const key = this.#deserializers.key(records.key, origin.topic)
    const value = this.#deserializers.value(records.value, origin.topic)
    return new ConsumerRecord(origin, records, key, value)
  }

  #current(): RecordCursor | undefined {
    if (this.#records !== undefined) return this.#records
    const batch = this.#chunk.batches[this.#nextBatch++]
    if (batch === undefined) return undefined
    const { topic, partition } = this.#chunk.partition
    this.#origin = { topic, partition, leaderEpoch: batch.partitionLeaderEpoch }
    // Its codec was loaded before the chunk came into the buffer.
    this.#records = openRecordsNow(batch)
    return this.#records
  }

  #unreadable(cause: unknown): OttlaError {
    const { topic, partition } = this.#chunk.partition
    const batch = this.#chunk.batches[this.#nextBatch - 1]
    const offset = Math.max(this.#records?.offset ?? -1, batch?.baseOffset ?? -1, this.#chunk.fromOffset)
    const { name } = asOttlaError(cause)
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `the record at offset ${offset} cannot be read (${why}); seek past it to go on`
    return new OttlaError(name, { message, topic, partition, cause, retriable: false })
  }
}
