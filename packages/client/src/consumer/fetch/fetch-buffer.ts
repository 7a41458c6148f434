import type { PackedBatch } from '@ottla/protocol'
import type { AssignedPartition } from '../progress/assigned-partition.ts'

/** What one answer brought for one partition. */
export interface FetchedChunk {
  readonly partition: AssignedPartition
  /** Of the topic that it was fetched from, if the brokers tell. */
  readonly topicId: string | undefined
  /** Of the partition, when it was fetched. */
  readonly turn: number
  /** Those that a consumer sees; records before `fromOffset` in the first are not asked for. */
  readonly batches: readonly PackedBatch[]
  readonly fromOffset: number
  /** Where the partition goes on after them. */
  readonly nextOffset: number
  readonly bytes: number
}

/**
 * What was fetched and not handed out yet, first in first out within a partition; the partitions take turns.
 *
 *     a-0   [chunk][chunk]
 *     b-3   [chunk]              take -> the first chunk of the first partition that may; that one goes to the end
 */
export class FetchBuffer {
  readonly #chunks = new Map<AssignedPartition, FetchedChunk[]>()
  readonly #bytesOf = new Map<AssignedPartition, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  bytesOf(partition: AssignedPartition): number {
    return this.#bytesOf.get(partition) ?? 0
  }

  add(chunk: FetchedChunk): void {
    const { partition, bytes } = chunk
    const waiting = this.#chunks.get(partition)
    if (waiting === undefined) this.#chunks.set(partition, [chunk])
    else waiting.push(chunk)
    this.#count(partition, bytes)
  }

  /** Before the partition's others. */
  putFirst(chunk: FetchedChunk): void {
    const { partition, bytes } = chunk
    this.#chunks.set(partition, [chunk, ...(this.#chunks.get(partition) ?? [])])
    this.#count(partition, bytes)
  }

  /** The next chunk of a partition that may have one; chunks of an earlier turn are dropped on the way. */
  take(mayTake: (partition: AssignedPartition) => boolean = () => true): FetchedChunk | undefined {
    for (const [partition, waiting] of this.#chunks) {
      if (waiting[0]!.turn !== partition.turn) {
        this.drop(partition)
        continue
      }
      if (partition.isPaused || !mayTake(partition)) continue
      const chunk = waiting.shift()!
      this.#chunks.delete(partition)
      if (waiting.length > 0) this.#chunks.set(partition, waiting)
      this.#count(partition, -chunk.bytes)
      return chunk
    }
    return undefined
  }

  drop(partition: AssignedPartition): void {
    if (!this.#chunks.delete(partition)) return
    this.#count(partition, -this.bytesOf(partition))
  }

  #count(partition: AssignedPartition, bytes: number): void {
    this.#bytes += bytes
    const left = this.bytesOf(partition) + bytes
    if (left === 0) this.#bytesOf.delete(partition)
    else this.#bytesOf.set(partition, left)
  }
}
