import type { GroupCoordinator } from '../group-coordinator.ts'
import type { CommittedOffset } from './offset-store.ts'

export interface FetchedOffset {
  readonly partition: number
  /** Undefined: the group has committed none. */
  readonly committed: CommittedOffset | undefined
}

export interface FetchedTopic {
  readonly topic: string
  readonly partitions: readonly FetchedOffset[]
}

export interface TopicToFetch {
  readonly topic: string
  readonly partitions: readonly number[]
}

/** `topics` null: all that the group has committed. A group that is not there has committed nothing. */
export function fetchOffsets(
  coordinator: GroupCoordinator,
  { groupId, topics }: { readonly groupId: string; readonly topics: readonly TopicToFetch[] | null },
): FetchedTopic[] {
  const { offsets } = coordinator
  if (topics === null)
    return Array.from(offsets.topicsOf(groupId), (topic) => ({
      topic,
      partitions: [...offsets.ofTopic(groupId, topic)],
    }))
  return topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, committed: offsets.get(groupId, topic, partition) })),
  }))
}
