import { faultOfTopicName, type NewTopic, type Topic } from '@ottla/cluster'
import { ErrorCode, KafkaError, metadataRequest, metadataResponse, zeroUuid } from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { clusterOperations, operationsNotAsked, topicOperations } from './authorized-operations.ts'
import { brokerEndpoint } from './broker-endpoint.ts'

interface Wanted {
  readonly name: string | null
  readonly topicId: string
}

// Metadata (3), v0-13: the brokers, and topics with their leaders; creates topics that are asked for and not there.
// v1 null topics are all, none are none. v4 allowAutoTopicCreation. v7 leaderEpoch. v8 authorized operations (KIP-430),
// of the cluster until v10. v9 flexible. v10 topicId. v12 topics by id (KIP-516). v13 errorCode.
export const metadata = handler(metadataRequest, metadataResponse, async (request, context) => {
  const { cluster, apiVersion, brokerId } = context
  if (apiVersion < 12 && request.topics?.some(({ name, topicId }) => name === null || topicId !== zeroUuid)) {
    return refusedIds(request.topics)
  }
  const all = request.topics === null || (apiVersion === 0 && request.topics.length === 0)
  const operations = request.includeTopicAuthorizedOperations ? topicOperations : operationsNotAsked
  const topics = all
    ? [...cluster.image.topics.values()].map((topic) => describedTopic(topic))
    : await Promise.all(distinct(request.topics ?? []).map((wanted) => wantedTopic(wanted, request, context)))
  return {
    brokers: [brokerEndpoint(context)],
    clusterId: cluster.image.clusterId,
    controllerId: brokerId,
    topics: topics.map((topic) => ({ topicAuthorizedOperations: operations, ...topic })),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : operationsNotAsked,
  }
})

/** Ids are in the form of v10 and v11 already, but asking by them came with v12. */
const refusedIds = (topics: readonly Wanted[]) => ({
  topics: topics.map(({ name, topicId }) => ({ errorCode: ErrorCode.INVALID_REQUEST, name: name ?? '', topicId })),
})

const unknownId = (topicId: string) => ({
  errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
  name: null,
  topicId,
  topicAuthorizedOperations: operationsNotAsked,
})

function distinct(topics: readonly Wanted[]): Wanted[] {
  const byKey = new Map(
    topics.map((wanted) => [wanted.name === null ? `id ${wanted.topicId}` : `name ${wanted.name}`, wanted]),
  )
  return [...byKey.values()]
}

async function wantedTopic(
  { name, topicId }: Wanted,
  { allowAutoTopicCreation }: { readonly allowAutoTopicCreation: boolean },
  context: RequestContext,
) {
  const { cluster, configs } = context
  if (name === null || (context.apiVersion >= 12 && topicId !== zeroUuid)) {
    const topic = cluster.image.topicsById.get(topicId)
    return topic === undefined ? unknownId(topicId) : describedTopic(topic)
  }
  const topic = cluster.image.topics.get(name)
  if (topic !== undefined) return describedTopic(topic)
  if (faultOfTopicName(name) !== undefined) return { name, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION }
  if (!allowAutoTopicCreation || !configs.brokerBoolean('auto.create.topics.enable') || isReserved(name)) {
    return { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
  }
  return createdTopic(name, context)
}

/** Kafka's internal topics that are not here yet. An ordinary topic under such a name would be in their way. */
const isReserved = (name: string) => name === '__transaction_state' || name === '__share_group_state'

/** Answers with the leader at once: Kafka's UNKNOWN_TOPIC_OR_PARTITION right after creating makes clients stumble. */
async function createdTopic(name: string, { cluster, configs, runtime }: RequestContext) {
  const topic: NewTopic = {
    name,
    partitionCount: configs.brokerNumber('num.partitions'),
    replicationFactor: configs.brokerNumber('default.replication.factor'),
    configs: new Map(),
  }
  try {
    return describedTopic(await cluster.createTopic(topic))
  } catch (error) {
    // Two clients asked for the same new topic at once: the other one's creation serves both.
    const created = cluster.image.topics.get(name)
    if (created !== undefined) return describedTopic(created)
    if (error instanceof KafkaError) return { name, errorCode: error.code }
    runtime.log.write('error', `the topic ${name} could not be created`, { topic: name, err: error })
    return { name, errorCode: ErrorCode.KAFKA_STORAGE_ERROR }
  }
}

const describedTopic = (topic: Topic) => ({
  errorCode: ErrorCode.NONE,
  name: topic.name,
  topicId: topic.id,
  isInternal: topic.internal,
  partitions: topic.partitions.map(({ partition, leader, leaderEpoch, replicas }) => ({
    errorCode: ErrorCode.NONE,
    partitionIndex: partition,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas as number[],
    isrNodes: replicas as number[],
    offlineReplicas: [],
  })),
})
