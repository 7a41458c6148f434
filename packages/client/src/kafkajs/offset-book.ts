import { partitionKey, type TopicPartition } from '../consumer/topic-partition.ts'
import type { TopicOffsets } from './types/offsets.ts'

interface PartitionOffsets extends TopicPartition {
  /** Of the topic whose offsets they are. */
  readonly topicId: string | undefined
  /** Next offset to be processed. */
  resolved: number
  /** What the group has committed; without that, where reading has begun. */
  committed: number
}

/** How far the partitions of a consumer are processed, and how far that is committed. */
export class OffsetBook {
  readonly #partitions = new Map<string, PartitionOffsets>()

  /** Reading begins at `offset`, unless it has begun. */
  begin({ topic, partition }: TopicPartition, topicId: string | undefined, offset: number): void {
    const key = partitionKey(topic, partition)
    const begun = this.#partitions.get(key)
    if (begun !== undefined && begun.topicId === topicId) return
    this.#partitions.set(key, { topic, topicId, partition, resolved: offset, committed: offset })
  }

  topicId({ topic, partition }: TopicPartition): string | undefined {
    return this.#partitions.get(partitionKey(topic, partition))?.topicId
  }

  resolve({ topic, partition }: TopicPartition, nextOffset: number): void {
    const offsets = this.#partitions.get(partitionKey(topic, partition))
    if (offsets !== undefined) offsets.resolved = nextOffset
  }

  resolved({ topic, partition }: TopicPartition): number | undefined {
    return this.#partitions.get(partitionKey(topic, partition))?.resolved
  }

  forget({ topic, partition }: TopicPartition): void {
    this.#partitions.delete(partitionKey(topic, partition))
  }

  committed(topics: readonly TopicOffsets[]): void {
    for (const { topic, partitions } of topics) {
      for (const { partition, offset } of partitions) {
        const offsets = this.#partitions.get(partitionKey(topic, Number(partition)))
        if (offsets !== undefined) offsets.committed = Number(offset)
      }
    }
  }

  /** Of all partitions, or of some. kafkajs writes the numbers of partitions as text here. */
  uncommitted(only?: readonly TopicPartition[]): TopicOffsets[] {
    const wanted = only && new Set(only.map(({ topic, partition }) => partitionKey(topic, partition)))
    const topics = new Map<string, TopicOffsets>()
    for (const [key, { topic, partition, resolved, committed }] of this.#partitions) {
      if (resolved === committed || wanted?.has(key) === false) continue
      if (!topics.has(topic)) topics.set(topic, { topic, partitions: [] })
      topics
        .get(topic)!
        .partitions.push({ partition: String(partition) as unknown as number, offset: String(resolved) })
    }
    return [...topics.values()]
  }

  /** Messages that are processed and not committed. */
  get uncommittedCount(): number {
    let count = 0
    for (const { resolved, committed } of this.#partitions.values()) count += resolved - committed
    return count
  }
}
