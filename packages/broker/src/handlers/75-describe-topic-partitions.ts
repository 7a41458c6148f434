import { faultOfTopicName, type Topic } from '@ottla/cluster'
import {
  type DescribeTopicPartitionsRequest,
  type DescribeTopicPartitionsResponse,
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  ErrorCode,
  KafkaError,
  zeroUuid,
} from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { topicOperations } from './authorized-operations.ts'

type Cursor = NonNullable<DescribeTopicPartitionsResponse['nextCursor']>

// DescribeTopicPartitions (75), v0: topics in the order of their names, so many partitions a page (KIP-966).
// No topics named: all of them. The cursor is the first partition of the next page.
export const describeTopicPartitions = handler(
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  (request, context) => {
    const { cursor } = request
    if (cursor !== null && cursor.partitionIndex < 0) {
      throw new KafkaError('INVALID_REQUEST', `The cursor's partition is ${cursor.partitionIndex}.`)
    }
    if (cursor !== null && request.topics.length > 0 && !request.topics.some(({ name }) => name === cursor.topicName)) {
      throw new KafkaError('INVALID_REQUEST', `The cursor's topic ${cursor.topicName} is not one of those asked for.`)
    }
    let room = pageSize(request, context)
    const topics = []
    let nextCursor: Cursor | null = null
    for (const name of names(request, context)) {
      const topic = context.cluster.image.topics.get(name)
      if (room === 0) {
        nextCursor = { topicName: name, partitionIndex: 0 }
        break
      }
      if (topic === undefined) {
        topics.push(missingTopic(name))
        continue
      }
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0
      const page = describedTopic(topic, from, room)
      topics.push(page)
      room -= page.partitions.length
      if (from + page.partitions.length < topic.partitions.length) {
        nextCursor = { topicName: name, partitionIndex: from + page.partitions.length }
        break
      }
    }
    return { topics, nextCursor }
  },
)

const pageSize = ({ responsePartitionLimit }: DescribeTopicPartitionsRequest, { configs }: RequestContext) =>
  Math.max(1, Math.min(responsePartitionLimit, configs.brokerNumber('max.request.partition.size.limit')))

function names({ topics, cursor }: DescribeTopicPartitionsRequest, { cluster }: RequestContext): string[] {
  const wanted = topics.length === 0 ? cluster.image.topics.keys() : topics.map(({ name }) => name)
  const sorted = [...new Set(wanted)].sort()
  return cursor === null ? sorted : sorted.filter((name) => name >= cursor.topicName)
}

const missingTopic = (name: string) => ({
  errorCode:
    faultOfTopicName(name) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION,
  name,
  topicId: zeroUuid,
  partitions: [],
  topicAuthorizedOperations: topicOperations,
})

const describedTopic = (topic: Topic, from: number, room: number) => ({
  errorCode: ErrorCode.NONE,
  name: topic.name,
  topicId: topic.id,
  isInternal: topic.internal,
  partitions: topic.partitions.slice(from, from + room).map(({ partition, leader, leaderEpoch, replicas }) => ({
    errorCode: ErrorCode.NONE,
    partitionIndex: partition,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas as number[],
    isrNodes: replicas as number[],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: [],
  })),
  topicAuthorizedOperations: topicOperations,
})
