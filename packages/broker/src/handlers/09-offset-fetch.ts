import type { FetchedOffset, TopicToFetch } from '@ottla/coordinator'
import { ErrorCode, type OffsetFetchRequest, offsetFetchRequest, offsetFetchResponse, zeroUuid } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'

const nullTopicsSince = 2
const groupsSince = 8
const byIdSince = 10
const noOffset = -1
const noEpoch = -1

type AskedGroup = Pick<OffsetFetchRequest['groups'][number], 'groupId' | 'topics'>

// OffsetFetch (9), v1-10: reads offsets of groups. v2 null topics are all; an error for all. v5 committedLeaderEpoch.
// v6 flexible. v7 requireStable (KIP-447): without transactions all offsets are stable. v8 several groups (KIP-709).
// v9 memberId and memberEpoch (KIP-848), which classic groups do not look at. v10 topic ids (KIP-516).
export const offsetFetch = handler(offsetFetchRequest, offsetFetchResponse, async (request, context) => {
  if (context.apiVersion >= groupsSince) {
    return { groups: await Promise.all(request.groups.map((group) => fetchGroup(group, context))) }
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null
  const fetched = await fetchGroup({ groupId: request.groupId, topics }, context)
  if (context.apiVersion >= nullTopicsSince || fetched.errorCode === ErrorCode.NONE) return fetched
  return { topics: failed(topics ?? [], fetched.errorCode) }
})

async function fetchGroup({ groupId, topics }: AskedGroup, context: RequestContext) {
  const byId = context.apiVersion >= byIdSince
  const { image } = context.cluster
  const asked = topics?.map((topic) => ({
    ...topic,
    name: byId ? image.topicsById.get(topic.topicId)?.name : topic.name,
  }))
  const known = asked?.flatMap(({ name, partitionIndexes }): TopicToFetch[] =>
    name === undefined ? [] : [{ topic: name, partitions: partitionIndexes }],
  )
  const { errorCode, topics: found } = await context.groups.fetchOffsets({ groupId, topics: known ?? null })
  const answered = found.flatMap(({ topic, partitions }) => {
    const topicId = image.topics.get(topic)?.id ?? zeroUuid
    // A client that goes by ids could not tell what a topic without one is.
    if (byId && topicId === zeroUuid) return []
    return [{ name: topic, topicId, partitions: partitions.map((offset) => fetchedPartition(offset, topicId)) }]
  })
  const unknown = asked?.filter(({ name }) => name === undefined).map((topic) => ({ ...topic, name: '' })) ?? []
  return { groupId, errorCode, topics: [...answered, ...failed(unknown, ErrorCode.UNKNOWN_TOPIC_ID)] }
}

/** What was committed for an earlier topic of the same name says nothing about this one. */
function fetchedPartition({ partition, committed }: FetchedOffset, topicId: string) {
  const known = committed !== undefined && committed.topicId !== zeroUuid && topicId !== zeroUuid
  if (committed === undefined || (known && committed.topicId !== topicId))
    return noneCommitted(partition, ErrorCode.NONE)
  return {
    partitionIndex: partition,
    committedOffset: committed.offset,
    committedLeaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    errorCode: ErrorCode.NONE,
  }
}

const noneCommitted = (partitionIndex: number, errorCode: number) => ({
  partitionIndex,
  committedOffset: noOffset,
  committedLeaderEpoch: noEpoch,
  metadata: '',
  errorCode,
})

const failed = (
  topics: readonly { name: string; topicId: string; partitionIndexes: readonly number[] }[],
  errorCode: number,
) =>
  topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((partition) => noneCommitted(partition, errorCode)),
  }))
