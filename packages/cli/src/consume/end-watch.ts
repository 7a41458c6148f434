import type { Consumer, TopicPartition } from '@ottla/client'
import { partitionKey } from '../partitions/partition-place.ts'

interface End extends TopicPartition {
  readonly offset: number
}

/** Knows whether a consumer has come to where its partitions ended when it was given them. */
export class EndWatch {
  readonly #ends = new Map<string, End>()
  #hasBegun = false

  /** More partitions are read now. */
  add(ends: readonly End[]): void {
    this.#hasBegun = true
    for (const end of ends) this.#ends.set(partitionKey(end), end)
  }

  /** Others read them now. */
  remove(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#ends.delete(partitionKey(partition))
  }

  /**
   * The position tells, not the records: the last offsets of a partition may belong to markers of transactions, or to
   * records that compaction has removed.
   */
  isReached(consumer: Consumer): boolean {
    if (!this.#hasBegun) return false
    for (const end of this.#ends.values()) {
      const position = consumer.position(end)
      if (position !== undefined && position >= end.offset) this.#ends.delete(partitionKey(end))
    }
    return this.#ends.size === 0
  }
}
