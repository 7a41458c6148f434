import type { StampedBatch } from '../leader/stamped-batch.ts'

/** What a batch in memory costs beside its bytes, about. */
export const batchOverheadBytes = 300

/** The durable batches of a partition that are not in segment files yet, oldest first. */
export class Tail {
  #batches: StampedBatch[] = []
  #first = 0
  /** What they cost in memory. */
  bytes = 0

  get count(): number {
    return this.#batches.length - this.#first
  }

  get baseOffset(): number {
    return this.#batches[this.#first]!.baseOffset
  }

  at(index: number): StampedBatch {
    return this.#batches[this.#first + index]!
  }

  push(batch: StampedBatch): number {
    const cost = batch.bytes.length + batchOverheadBytes
    this.#batches.push(batch)
    this.bytes += cost
    return cost
  }

  /** Forgets the `count` oldest, and returns what they cost. */
  shift(count: number): number {
    let freed = 0
    for (let i = 0; i < count; i++) freed += this.at(i).bytes.length + batchOverheadBytes
    this.#first += count
    this.bytes -= freed
    // Moving the rest to the front is paid for by what was taken since the last time.
    if (this.#first >= this.count) {
      this.#batches = this.#batches.slice(this.#first)
      this.#first = 0
    }
    return freed
  }

  /** Index of the first batch that reaches `offset` or beyond. */
  indexOf(offset: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.at(middle).lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
