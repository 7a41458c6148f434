import type { OffsetToCommit } from '@ottla/coordinator'
import { ErrorCode, type OffsetCommitRequest, offsetCommitRequest, offsetCommitResponse } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { findTopic, type TopicReference, unknownTopicCode } from '../partition-lookup.ts'

const byIdSince = 10

// OffsetCommit (8), v2-10: stores offsets of a group. v5 no retention time. v6 committedLeaderEpoch (KIP-320).
// v7 groupInstanceId (KIP-345). v8 flexible. v9 GROUP_ID_NOT_FOUND (KIP-848). v10 topic ids (KIP-516).
export const offsetCommit = handler(offsetCommitRequest, offsetCommitResponse, async (request, context) => {
  const asked = request.topics.flatMap(({ name, topicId, partitions }) =>
    partitions.map((partition) => ({ ...partition, target: targetOf({ name, topicId }, partition, context) })),
  )
  const offsets = asked.flatMap(({ target }) => (typeof target === 'number' ? [] : [target]))
  const errorCodes = await context.groups.commitOffsets({
    apiVersion: context.apiVersion,
    groupId: request.groupId,
    generationId: request.generationIdOrMemberEpoch,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    retentionTimeMs: request.retentionTimeMs,
    offsets,
  })
  const committed = errorCodes.values()
  const answered = asked.map(({ target }) => (typeof target === 'number' ? target : committed.next().value!)).values()
  const topics = request.topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: answered.next().value! })),
  }))
  return { topics: topics.filter(({ partitions }) => partitions.length > 0) }
})

type AskedPartition = OffsetCommitRequest['topics'][number]['partitions'][number]

/** What is to be committed, or the error that says why it can not be. */
function targetOf(reference: TopicReference, asked: AskedPartition, context: RequestContext): OffsetToCommit | number {
  const byId = context.apiVersion >= byIdSince
  const topic = findTopic(context, reference, byId)
  if (topic === undefined) return unknownTopicCode(byId)
  if (topic.partitions[asked.partitionIndex] === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
  return {
    topic: topic.name,
    topicId: topic.id,
    partition: asked.partitionIndex,
    offset: asked.committedOffset,
    leaderEpoch: asked.committedLeaderEpoch,
    metadata: asked.committedMetadata,
  }
}
