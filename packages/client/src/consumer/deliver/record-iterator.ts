import type { ConsumerRecord } from '../consumer-record.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { OffsetProgress } from '../progress/offset-progress.ts'
import { ChunkCursor } from './chunk-cursor.ts'
import type { Deserializers } from './deserializers.ts'
import type { Intake } from './intake.ts'

/** The clock is looked at once for so many records. */
export const recordsPerLook = 64

/**
 * The records one by one, for `for await`. A record counts as processed when the next one is asked for: a loop that is
 * left by `break` or by an error has not processed its last one, and nobody can tell these two apart.
 */
export class RecordIterator<K, V> implements AsyncIterableIterator<ConsumerRecord<K, V>> {
  readonly #intake: Intake
  readonly #deserializers: Deserializers<K, V>
  #cursor: ChunkCursor<K, V> | undefined
  /** The partition of the record that the loop works on, and its progress then. */
  #busy: AssignedPartition | undefined
  #progress: OffsetProgress | undefined
  #processedTo = -1
  #count = 0
  #isOver = false

  constructor(intake: Intake, deserializers: Deserializers<K, V>) {
    this.#intake = intake
    this.#deserializers = deserializers
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ConsumerRecord<K, V>>> {
    try {
      this.#processed()
      if (++this.#count % recordsPerLook === 0 && this.#intake.isTurnDue) return this.#nextLater()
      const record = this.#nextNow()
      return record === undefined ? this.#nextLater() : Promise.resolve({ value: record, done: false })
    } catch (error) {
      return Promise.reject(error)
    }
  }

  return(): Promise<IteratorResult<ConsumerRecord<K, V>>> {
    this.#isOver = true
    this.#release()
    this.#abandon()
    return Promise.resolve({ value: undefined, done: true })
  }

  async #nextLater(): Promise<IteratorResult<ConsumerRecord<K, V>>> {
    while (!this.#isOver && !this.#intake.isClosed) {
      const record = (await this.#comes()) ?? this.#nextNow()
      if (record !== undefined) return { value: record, done: false }
    }
    return { value: undefined, done: true }
  }

  /** The record that is being deserialized; or undefined, when it is worth looking again. */
  async #comes(): Promise<ConsumerRecord<K, V> | undefined> {
    const cursor = this.#cursor
    if (cursor?.isPending !== true) {
      await this.#intake.change()
      return undefined
    }
    const record = await cursor.later().catch((error) => this.#failed(error))
    return record === undefined || this.#isOver ? undefined : this.#handOut(cursor, record)
  }

  #nextNow(): ConsumerRecord<K, V> | undefined {
    while (!this.#isOver) {
      this.#cursor ??= this.#take()
      if (this.#cursor === undefined) return undefined
      const { partition, turn, nextOffset } = this.#cursor.chunk
      const record = this.#read(this.#cursor)
      if (record !== undefined) return this.#handOut(this.#cursor, record)
      if (this.#cursor.isPending && !this.#cursor.isVoid) return undefined
      // Markers, aborted and skipped records at the end count as processed too.
      if (turn === partition.turn) partition.progress.advance(nextOffset)
      this.#cursor = undefined
    }
    return undefined
  }

  #read(cursor: ChunkCursor<K, V>): ConsumerRecord<K, V> | undefined {
    try {
      return cursor.next()
    } catch (error) {
      return this.#failed(error)
    }
  }

  /** If the application goes on without a seek, it meets the same record again: nothing is skipped in silence. */
  #failed(error: unknown): never {
    this.#abandon()
    throw error
  }

  #handOut({ chunk: { partition } }: ChunkCursor<K, V>, record: ConsumerRecord<K, V>): ConsumerRecord<K, V> {
    this.#busy = partition
    this.#progress = partition.progress
    this.#processedTo = record.offset + 1
    partition.enter()
    return record
  }

  /** What the loop has left of a chunk is for those who come next. */
  #abandon(): void {
    if (this.#cursor !== undefined && !this.#cursor.isVoid) this.#intake.putBack(this.#cursor.chunk.partition)
    this.#cursor = undefined
  }

  #take(): ChunkCursor<K, V> | undefined {
    const chunk = this.#intake.take()
    return chunk && new ChunkCursor(chunk, this.#deserializers)
  }

  #processed(): void {
    this.#progress?.advance(this.#processedTo)
    this.#release()
  }

  #release(): void {
    this.#busy?.leave()
    this.#busy = undefined
    this.#progress = undefined
  }
}
