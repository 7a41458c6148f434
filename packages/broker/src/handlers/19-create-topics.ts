import { checkedConfigs, checkNewTopic, describeConfigs, type NewTopic, type Topic } from '@ottla/cluster'
import {
  type CreateTopicsRequest,
  createTopicsRequest,
  createTopicsResponse,
  ErrorCode,
  KafkaError,
  zeroUuid,
} from '@ottla/protocol'
import { handler, type RequestContext } from '../handler.ts'
import { configSourceCode } from './config-codes.ts'
import { checkPartitionsOfRequest, duplicatesOf, failedItem } from './failed-item.ts'
import { checkReplicas } from './replica-assignment.ts'

type Wanted = CreateTopicsRequest['topics'][number]

// CreateTopics (19), v2-7. -1 partitions or replicas: the broker's defaults (KIP-464).
// v5 flexible, answers what was created and with which settings (KIP-525). v7 topicId.
// Any replication factor is taken and shown again, as the cluster on object storage will do; one machine keeps one copy.
export const createTopics = handler(createTopicsRequest, createTopicsResponse, async (request, context) => {
  const duplicates = duplicatesOf(request.topics.map(({ name }) => name))
  const distinct = [...new Map(request.topics.map((topic) => [topic.name, topic])).values()]
  checkPartitionsOfRequest(distinct.map((topic) => sizeOf(topic, context).partitionCount))
  const topics = await Promise.all(
    distinct.map(async (wanted) => {
      try {
        if (duplicates.has(wanted.name)) throw new KafkaError('INVALID_REQUEST', 'Duplicate topic name.')
        return await createdTopic(wanted, request.validateOnly, context)
      } catch (error) {
        return { name: wanted.name, ...failedItem(error, context) }
      }
    }),
  )
  return { topics }
})

async function createdTopic(wanted: Wanted, validateOnly: boolean, context: RequestContext) {
  const { cluster } = context
  const topic = newTopicOf(wanted, context)
  if (!validateOnly) return answer(await cluster.createTopic(topic), topic, context)
  checkNewTopic(topic, cluster.image)
  cluster.checkRoom(topic.partitionCount)
  return answer(undefined, topic, context)
}

function newTopicOf(wanted: Wanted, context: RequestContext): NewTopic {
  const configs = new Map<string, string>()
  for (const { name, value } of wanted.configs) {
    if (value === null) throw new KafkaError('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
    configs.set(name, value)
  }
  if (wanted.assignments.length > 0) checkAssignments(wanted, context)
  return { name: wanted.name, ...sizeOf(wanted, context), configs: checkedConfigs('topic', configs) }
}

function sizeOf({ numPartitions, replicationFactor, assignments }: Wanted, { configs }: RequestContext) {
  if (assignments.length > 0) return { partitionCount: assignments.length, replicationFactor: 1 }
  return {
    partitionCount: numPartitions === -1 ? configs.brokerNumber('num.partitions') : numPartitions,
    replicationFactor:
      replicationFactor === -1 ? configs.brokerNumber('default.replication.factor') : replicationFactor,
  }
}

function checkAssignments(wanted: Wanted, { brokerId }: RequestContext): void {
  const { assignments } = wanted
  for (const field of ['numPartitions', 'replicationFactor'] as const) {
    if (wanted[field] === -1) continue
    throw new KafkaError(
      'INVALID_REQUEST',
      `A manual partition assignment was specified, but ${field} was not set to -1.`,
    )
  }
  const indexes = new Set(assignments.map(({ partitionIndex }) => partitionIndex))
  for (const { partitionIndex, brokerIds } of assignments) {
    checkReplicas(partitionIndex, brokerIds, brokerId)
    if (partitionIndex < 0 || partitionIndex >= assignments.length || indexes.size < assignments.length) {
      throw new KafkaError(
        'INVALID_REPLICA_ASSIGNMENT',
        'The partitions of a manual assignment must be numbered from 0 on, each once.',
      )
    }
  }
}

function answer(created: Topic | undefined, topic: NewTopic, { cluster, configs }: RequestContext) {
  // What was only validated is described as if it were there.
  const assumed = created ?? { ...topic, id: zeroUuid, internal: false, partitions: [] }
  const image = { ...cluster.image, topics: new Map([[topic.name, assumed]]) }
  return {
    name: topic.name,
    topicId: assumed.id,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    numPartitions: topic.partitionCount,
    replicationFactor: topic.replicationFactor,
    configs: describeConfigs({ type: 'topic', name: topic.name }, null, configs, image).map((config) => ({
      name: config.definition.name,
      value: config.value,
      readOnly: config.readOnly,
      configSource: configSourceCode(config.source),
      isSensitive: config.sensitive,
    })),
  }
}
