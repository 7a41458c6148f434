import type { OffsetCommitValue, Partially } from '@ottla/protocol'

/** How far a group has come in a partition. */
export interface CommittedOffset {
  readonly offset: number
  /** -1: not known. */
  readonly leaderEpoch: number
  readonly metadata: string
  readonly commitTimestampMs: number
  /** When this offset goes, whatever the broker's retention; -1: by the broker's retention. Only old clients ask. */
  readonly expireTimestampMs: number
  /** Of the topic that was meant; the zero uuid if the record does not tell. */
  readonly topicId: string
}

export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly committed: CommittedOffset
}

type TopicOffsets = Map<string, Map<number, CommittedOffset>>

export const committedOffsetOf = (value: OffsetCommitValue): CommittedOffset => ({
  offset: value.offset,
  leaderEpoch: value.leaderEpoch,
  metadata: value.metadata,
  commitTimestampMs: value.commitTimestamp,
  expireTimestampMs: value.expireTimestamp,
  topicId: value.topicId,
})

export const offsetValueOf = (committed: CommittedOffset): Partially<OffsetCommitValue> => ({
  offset: committed.offset,
  leaderEpoch: committed.leaderEpoch,
  metadata: committed.metadata,
  commitTimestamp: committed.commitTimestampMs,
  expireTimestamp: committed.expireTimestampMs,
  topicId: committed.topicId,
})

/** About what a committed offset takes beside its metadata. */
const objectBytes = 250

export const offsetBytes = (committed: Pick<CommittedOffset, 'metadata'> | undefined): number =>
  committed === undefined ? 0 : objectBytes + committed.metadata.length

/** Committed offsets by group, topic and partition. */
export class OffsetStore {
  readonly #groups = new Map<string, TopicOffsets>()
  #bytes = 0

  /** About the memory that they take. */
  get bytes(): number {
    return this.#bytes
  }

  has(groupId: string): boolean {
    return this.#groups.has(groupId)
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#groups.get(groupId)?.get(topic)?.get(partition)
  }

  *of(groupId: string): Generator<PartitionOffset> {
    for (const topic of this.topicsOf(groupId)) yield* this.ofTopic(groupId, topic)
  }

  topicsOf(groupId: string): Iterable<string> {
    return this.#groups.get(groupId)?.keys() ?? []
  }

  *ofTopic(groupId: string, topic: string): Generator<PartitionOffset> {
    for (const [partition, committed] of this.#groups.get(groupId)?.get(topic) ?? [])
      yield { topic, partition, committed }
  }

  set(groupId: string, { topic, partition, committed }: PartitionOffset): void {
    const topics: TopicOffsets = this.#groups.get(groupId) ?? new Map()
    if (topics.size === 0) this.#groups.set(groupId, topics)
    const partitions = topics.get(topic) ?? new Map<number, CommittedOffset>()
    if (partitions.size === 0) topics.set(topic, partitions)
    this.#bytes += offsetBytes(committed) - offsetBytes(partitions.get(partition))
    partitions.set(partition, committed)
  }

  delete(groupId: string, topic: string, partition: number): void {
    const topics = this.#groups.get(groupId)
    const partitions = topics?.get(topic)
    if (topics === undefined || partitions === undefined) return
    this.#bytes -= offsetBytes(partitions.get(partition))
    partitions.delete(partition)
    if (partitions.size === 0) topics.delete(topic)
    if (topics.size === 0) this.#groups.delete(groupId)
  }
}
