// Single requests with answers in the shape of kafkajs, for its admin and for the cluster that partition assigners see.
import {
  metadataRequest,
  metadataResponse,
  offsetCommitRequest,
  offsetCommitResponse,
  offsetFetchRequest,
  offsetFetchResponse,
} from '@ottla/protocol'
import type { Cluster } from '../connection/cluster.ts'
import { topicOf } from '../connection/metadata.ts'
import { listOffsets } from '../consumer/position/list-offsets.ts'
import { partitionKey } from '../consumer/topic-partition.ts'
import { OttlaError } from '../ottla-error.ts'
import { partitionsOf } from './topic-metadata.ts'
import { throwProtocolError } from './translated-error.ts'
import type { BrokerMetadata } from './types/cluster.ts'
import type { FetchOffsetsPartition, PartitionOffset, TopicOffsets } from './types/offsets.ts'

/** Later versions have ids in place of names. */
const lastVersionWithNames = 9

export interface ClusterMetadata extends BrokerMetadata {
  readonly clusterId: string
  readonly controllerId: number
}

/** Of some topics, or of all. Throws the error of a topic, if one has any. */
export async function clusterMetadata(cluster: Cluster, topics: readonly string[] | null): Promise<ClusterMetadata> {
  const { allowAutoTopicCreation } = cluster.settings
  const body = { topics: topics?.map((name) => ({ name })) ?? null, allowAutoTopicCreation }
  const answer = await cluster.sendToAny(metadataRequest, metadataResponse, body)
  for (const topic of answer.topics) {
    throwProtocolError(topic.errorCode)
    for (const partition of topic.partitions) throwProtocolError(partition.errorCode)
  }
  return {
    brokers: answer.brokers.map(({ nodeId, host, port, rack }) => ({
      nodeId,
      host,
      port,
      ...(rack !== null && { rack }),
    })),
    clusterId: answer.clusterId ?? '',
    controllerId: answer.controllerId,
    topicMetadata: answer.topics.map((topic) => ({
      topicErrorCode: topic.errorCode,
      topic: topic.name ?? '',
      partitionMetadata: partitionsOf(topicOf(topic, topic.name ?? '')),
    })),
  }
}

export interface CommittedTopic {
  topic: string
  partitions: (FetchOffsetsPartition & { errorCode: number })[]
}

/** What a group has committed in some partitions, or in all that it has. */
export async function committedOffsets(
  cluster: Cluster,
  brokerId: number,
  groupId: string,
  wanted: readonly { readonly topic: string; readonly partitions: readonly { readonly partition: number }[] }[] | null,
): Promise<CommittedTopic[]> {
  const topics =
    wanted?.map(({ topic, partitions }) => ({
      name: topic,
      partitionIndexes: partitions.map((each) => each.partition),
    })) ?? null
  const body = { groupId, topics, groups: [{ groupId, topics }] }
  const options = { maxVersion: lastVersionWithNames }
  const answer = await cluster.send(brokerId, offsetFetchRequest, offsetFetchResponse, body, options)
  const group = answer.groups[0] ?? answer
  throwProtocolError(group.errorCode)
  return group.topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partitionIndex, committedOffset, metadata, errorCode }) => {
      throwProtocolError(errorCode)
      return { partition: partitionIndex, offset: String(committedOffset), metadata, errorCode }
    }),
  }))
}

export interface Commit {
  readonly groupId: string
  readonly memberId?: string
  readonly groupGenerationId?: number
  readonly topics: readonly TopicOffsets[]
}

export async function commitOffsets(cluster: Cluster, brokerId: number, commit: Commit): Promise<void> {
  const { groupId, memberId = '', groupGenerationId = -1, topics } = commit
  const body = {
    groupId,
    memberId,
    generationIdOrMemberEpoch: groupGenerationId,
    topics: topics.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: Number(offset),
        committedMetadata: null,
      })),
    })),
  }
  const options = { maxVersion: lastVersionWithNames }
  const answer = await cluster.send(brokerId, offsetCommitRequest, offsetCommitResponse, body, options)
  for (const { partitions } of answer.topics) for (const { errorCode } of partitions) throwProtocolError(errorCode)
}

/** Offsets at a time, or at an end of the log, of partitions whose leaders are known. */
export async function offsetsAt(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
): Promise<PartitionOffset[]> {
  const questions = partitions.map((partition) => ({ topic, partition, timestamp }))
  const answers = await listOffsets(cluster, questions, 'read_committed')
  return partitions.map((partition) => {
    const answer = answers.get(partitionKey(topic, partition))!
    if (answer instanceof OttlaError) throw answer
    return { partition, offset: String(answer.offset) }
  })
}
