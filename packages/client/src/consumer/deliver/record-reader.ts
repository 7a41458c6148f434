import { openRecordsNow, type RecordCursor } from '@ottla/protocol'
import { asOttlaError, OttlaError } from '../../ottla-error.ts'
import { isPromise } from '../../topic/standard-schema.ts'
import type { ConsumerRecord, RecordOrigin } from '../consumer-record.ts'
import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { Deserializers } from './deserializers.ts'
import { makeRecord } from './make-record.ts'

/** Reads the records of a chunk, unpacking one batch at a time. */
export class RecordReader<K, V> {
  readonly #chunk: FetchedChunk
  readonly #deserializers: Deserializers<K, V>
  #nextBatch = 0
  #records: RecordCursor | undefined
  #origin: RecordOrigin | undefined
  /** The next record, while it is being deserialized; undefined in the end if it is skipped. */
  #pending: Promise<ConsumerRecord<K, V> | undefined> | undefined

  constructor(chunk: FetchedChunk, deserializers: Deserializers<K, V>) {
    this.#chunk = chunk
    this.#deserializers = deserializers
  }

  /** The next record is being deserialized: `later` will have it. */
  get isPending(): boolean {
    return this.#pending !== undefined
  }

  /** The next record; undefined after the last, or if it `isPending`. Throws an error that says where, for what cannot be read. */
  next(): ConsumerRecord<K, V> | undefined {
    while (this.#pending === undefined) {
      const records = this.#advance()
      if (records === undefined) return undefined
      const record = makeRecord(this.#origin!, records, this.#deserializers)
      if (isPromise(record)) this.#pending = record
      else if (record !== undefined) return record
    }
    return undefined
  }

  /** The record that `next` could not give at once; undefined if that is not why it gave none. */
  async later(): Promise<ConsumerRecord<K, V> | undefined> {
    while (this.#pending !== undefined) {
      const pending = this.#pending
      const record = await pending
      // Who waits along with others may come too late for this one.
      const isMine = this.#pending === pending
      if (isMine) this.#pending = undefined
      const found = (isMine ? record : undefined) ?? this.next()
      if (found !== undefined) return found
    }
    return undefined
  }

  /** The cursor at the next record that was asked for. */
  #advance(): RecordCursor | undefined {
    try {
      for (let records = this.#current(); records !== undefined; records = this.#current()) {
        if (!records.next()) this.#records = undefined
        else if (records.offset >= this.#chunk.fromOffset) return records
      }
      return undefined
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  #current(): RecordCursor | undefined {
    if (this.#records !== undefined) return this.#records
    const batch = this.#chunk.batches[this.#nextBatch++]
    if (batch === undefined) return undefined
    const { topicId } = this.#chunk
    const { topic, partition } = this.#chunk.partition
    this.#origin = { topic, topicId, partition, leaderEpoch: batch.partitionLeaderEpoch }
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
    return new OttlaError(name, { message, topic, partition, offset, cause, retriable: false })
  }
}
