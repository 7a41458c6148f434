import {
  alterShareGroupOffsetsRequest,
  alterShareGroupOffsetsResponse,
  deleteShareGroupOffsetsRequest,
  deleteShareGroupOffsetsResponse,
  describeShareGroupOffsetsRequest,
  describeShareGroupOffsetsResponse,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetDeleteRequest,
  offsetDeleteResponse,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@ottla/protocol'
import { byTopic, type TopicPartition } from '../consumer/topic-partition.ts'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'

export interface GroupOffset extends TopicPartition {
  /** Of the next record to be read. */
  readonly offset: number
  readonly leaderEpoch?: number
  readonly metadata?: string | null
}

/** Which committed offsets to list. */
export interface ListGroupOffsetsOptions extends AdminCallOptions {
  /** Only these; without it, all that the group has. */
  readonly partitions?: readonly TopicPartition[]
  /** Waits for transactions that commit offsets. */
  readonly requireStable?: boolean
}

const targetOf = (groupId: string) => ({ coordinator: 'group', key: groupId }) as const

/** Offsets that a group has committed; partitions without any are left out. */
export async function listConsumerGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  options: ListGroupOffsetsOptions = {},
): Promise<Required<GroupOffset>[]> {
  const { partitions, requireStable = false } = options
  const topics = partitions && [...byTopic(partitions)].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
  const body = { groupId, topics: topics ?? null, groups: [{ groupId, topics: topics ?? null }], requireStable }
  const target = targetOf(groupId)
  return requests.retry(`listing the offsets of group ${groupId}`, options, async () => {
    const broker = await requests.cluster.coordinatorNow('group', groupId)
    const connection = await requests.cluster.connection(broker)
    // From version 10 on topics go by id, which an offset of a deleted topic has not.
    const answer = await connection.send(offsetFetchRequest, offsetFetchResponse, body, { maxVersion: 9 })
    const group = answer.groups[0] ?? answer
    requests.check(target, group.errorCode, undefined, { group: groupId })
    const offsets: Required<GroupOffset>[] = []
    for (const { name: topic, partitions: answered } of group.topics)
      for (const {
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch,
        metadata,
        errorCode,
      } of answered) {
        requests.check(target, errorCode, undefined, { group: groupId, topic, partition })
        if (offset >= 0) offsets.push({ topic, partition, offset, leaderEpoch: committedLeaderEpoch, metadata })
      }
    return offsets
  })
}

/** Sets the offsets of a group that has no members. */
export async function alterConsumerGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  offsets: readonly GroupOffset[],
  options: AdminCallOptions = {},
): Promise<void> {
  const target = targetOf(groupId)
  const body = {
    groupId,
    topics: offsets.map(({ topic, partition, offset, leaderEpoch = -1, metadata = null }) => ({
      name: topic,
      partitions: [
        {
          partitionIndex: partition,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        },
      ],
    })),
  }
  await requests.retry(`setting offsets of group ${groupId}`, options, async () => {
    const broker = await requests.cluster.coordinatorNow('group', groupId)
    const connection = await requests.cluster.connection(broker)
    const answer = await connection.send(offsetCommitRequest, offsetCommitResponse, body, { maxVersion: 9 })
    for (const { name: topic, partitions } of answer.topics)
      for (const { partitionIndex: partition, errorCode } of partitions)
        requests.check(target, errorCode, undefined, { group: groupId, topic, partition })
  })
}

export async function deleteConsumerGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  partitions: readonly TopicPartition[],
  options: AdminCallOptions = {},
): Promise<void> {
  const target = targetOf(groupId)
  const call = { what: `deleting offsets of group ${groupId}`, target, options, context: { group: groupId } }
  const topics = [...byTopic(partitions)].map(([name, indexes]) => ({
    name,
    partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
  }))
  const answer = await requests.ask(call, offsetDeleteRequest, offsetDeleteResponse, { groupId, topics })
  for (const { name: topic, partitions: deleted } of answer.topics)
    for (const { partitionIndex: partition, errorCode } of deleted)
      requests.check(target, errorCode, undefined, { group: groupId, topic, partition })
}

export interface ShareGroupOffset extends TopicPartition {
  /** -1: the group has not begun there. */
  readonly startOffset: number
  readonly leaderEpoch: number
  /** Records that the group has not finished; -1: unknown. */
  readonly lag: number
}

export async function listShareGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  options: AdminCallOptions & { readonly partitions?: readonly TopicPartition[] } = {},
): Promise<ShareGroupOffset[]> {
  const target = targetOf(groupId)
  const call = { what: `listing the offsets of share group ${groupId}`, target, options }
  const topics =
    options.partitions && [...byTopic(options.partitions)].map(([topicName, partitions]) => ({ topicName, partitions }))
  const body = { groups: [{ groupId, topics: topics ?? null }] }
  const answer = await requests.ask(call, describeShareGroupOffsetsRequest, describeShareGroupOffsetsResponse, body)
  const group = answer.groups[0]!
  requests.check(target, group.errorCode, group.errorMessage, { group: groupId })
  return group.topics.flatMap(({ topicName: topic, partitions }) =>
    partitions.map(({ partitionIndex: partition, startOffset, leaderEpoch, lag, errorCode, errorMessage }) => {
      requests.check(target, errorCode, errorMessage, { group: groupId, topic, partition })
      return { topic, partition, startOffset, leaderEpoch, lag }
    }),
  )
}

export async function alterShareGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  offsets: readonly (TopicPartition & { readonly offset: number })[],
  options: AdminCallOptions = {},
): Promise<void> {
  const target = targetOf(groupId)
  const call = { what: `setting offsets of share group ${groupId}`, target, options, context: { group: groupId } }
  const topics = offsets.map(({ topic: topicName, partition: partitionIndex, offset: startOffset }) => ({
    topicName,
    partitions: [{ partitionIndex, startOffset }],
  }))
  const answer = await requests.ask(call, alterShareGroupOffsetsRequest, alterShareGroupOffsetsResponse, {
    groupId,
    topics,
  })
  for (const { topicName: topic, partitions } of answer.responses)
    for (const { partitionIndex: partition, errorCode, errorMessage } of partitions)
      requests.check(target, errorCode, errorMessage, { group: groupId, topic, partition })
}

export async function deleteShareGroupOffsets(
  requests: AdminRequests,
  groupId: string,
  topics: readonly string[],
  options: AdminCallOptions = {},
): Promise<void> {
  const target = targetOf(groupId)
  const call = { what: `deleting offsets of share group ${groupId}`, target, options, context: { group: groupId } }
  const body = { groupId, topics: topics.map((topicName) => ({ topicName })) }
  const answer = await requests.ask(call, deleteShareGroupOffsetsRequest, deleteShareGroupOffsetsResponse, body)
  for (const { topicName: topic, errorCode, errorMessage } of answer.responses)
    requests.check(target, errorCode, errorMessage, { group: groupId, topic })
}
