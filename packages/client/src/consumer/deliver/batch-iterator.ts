import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { OffsetProgress } from '../progress/offset-progress.ts'
import { ConsumerBatch } from './consumer-batch.ts'
import type { Deserializers } from './deserializers.ts'
import type { Intake } from './intake.ts'

/** The records in batches, for `for await`. A batch counts as processed when the next one is asked for. */
export class BatchIterator<K, V> implements AsyncIterableIterator<ConsumerBatch<K, V>> {
  readonly #intake: Intake
  readonly #deserializers: Deserializers<K, V>
  #held: { readonly chunk: FetchedChunk; readonly progress: OffsetProgress } | undefined
  #isOver = false

  constructor(intake: Intake, deserializers: Deserializers<K, V>) {
    this.#intake = intake
    this.#deserializers = deserializers
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ConsumerBatch<K, V>>> {
    this.#held?.progress.advance(this.#held.chunk.nextOffset)
    this.#release()
    while (!this.#isOver && !this.#intake.isClosed) {
      const chunk = this.#intake.take()
      if (chunk === undefined) await this.#intake.change()
      else if (!skipEmpty(chunk)) return { value: this.#handOut(chunk), done: false }
    }
    return { value: undefined, done: true }
  }

  return(): Promise<IteratorResult<ConsumerBatch<K, V>>> {
    this.#isOver = true
    this.#release()
    return Promise.resolve({ value: undefined, done: true })
  }

  #handOut(chunk: FetchedChunk): ConsumerBatch<K, V> {
    const { partition } = chunk
    this.#held = { chunk, progress: partition.progress }
    partition.enter()
    return handOutBatch(chunk, this.#deserializers)
  }

  #release(): void {
    this.#held?.chunk.partition.leave()
    this.#held = undefined
  }
}

/** Moves the position past the chunk. */
export function handOutBatch<K, V>(chunk: FetchedChunk, deserializers: Deserializers<K, V>): ConsumerBatch<K, V> {
  const { partition, nextOffset, batches } = chunk
  partition.position = nextOffset
  partition.processedEpoch = batches.at(-1)!.partitionLeaderEpoch
  return new ConsumerBatch(chunk, deserializers)
}

/** A chunk of nothing but markers and aborted records is done as soon as it is seen. */
export function skipEmpty(chunk: FetchedChunk): boolean {
  if (chunk.batches.length > 0) return false
  chunk.partition.position = chunk.nextOffset
  chunk.partition.progress.advance(chunk.nextOffset)
  return true
}
