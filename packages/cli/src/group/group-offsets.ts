import type { Admin, GroupDescription, TopicPartition } from '@ottla/client'
import { findOffsets, inOrder, partitionKey } from '../partitions/partition-place.ts'

/** How far a group has read a partition; null where nobody knows. */
export interface GroupPartition extends TopicPartition {
  readonly committed: number | null
  readonly end: number | null
  readonly lag: number | null
  /** Its place in the group's list of members. */
  readonly member: number | null
}

/** The partitions that a group has committed, or that its members read now. */
export async function groupPartitions(admin: Admin, group: GroupDescription): Promise<GroupPartition[]> {
  const members = new Map(
    group.members.flatMap(({ assignment }, index) => assignment.map((each) => [partitionKey(each), index] as const)),
  )
  const offsets = await committedOffsets(admin, group)
  const known = new Map([
    ...offsets.map((each) => [partitionKey(each), each as TopicPartition] as const),
    ...group.members.flatMap(({ assignment }) => assignment.map((each) => [partitionKey(each), each] as const)),
  ])
  const ends = await findOffsets(admin, await existing(admin, [...known.values()]), { at: 'latest' })
  const committed = new Map(offsets.map((each) => [partitionKey(each), each]))
  return [...known]
    .sort(([, a], [, b]) => inOrder(a, b))
    .map(([key, { topic, partition }]) => {
      const offset = committed.get(key)?.offset ?? null
      const end = ends.get(key) ?? null
      const lag = committed.get(key)?.lag ?? (offset === null || end === null ? null : Math.max(0, end - offset))
      return { topic, partition, committed: offset, end, lag, member: members.get(key) ?? null }
    })
}

interface CommittedOffset extends TopicPartition {
  readonly offset: number
  /** Where the broker itself knows it. */
  readonly lag?: number
}

async function committedOffsets(admin: Admin, { groupId, type }: GroupDescription): Promise<CommittedOffset[]> {
  if (type !== 'share') return admin.listConsumerGroupOffsets(groupId)
  const begun = (await admin.listShareGroupOffsets(groupId)).filter(({ startOffset }) => startOffset >= 0)
  return begun.map(({ topic, partition, startOffset: offset, lag }) => ({
    topic,
    partition,
    offset,
    ...(lag >= 0 && { lag }),
  }))
}

/** What a group has committed may outlive the topic. */
export async function existing<P extends TopicPartition>(admin: Admin, partitions: readonly P[]): Promise<P[]> {
  if (partitions.length === 0) return []
  const counts = new Map(
    (await admin.listTopics({ includeInternal: true })).map((each) => [each.name, each.partitions]),
  )
  return partitions.filter(({ topic, partition }) => partition < (counts.get(topic) ?? 0))
}
