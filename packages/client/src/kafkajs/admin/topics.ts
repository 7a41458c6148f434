import {
  createPartitionsRequest,
  createPartitionsResponse,
  createTopicsRequest,
  createTopicsResponse,
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '@ottla/protocol'
import type { AdminRequests } from '../../admin/admin-requests.ts'
import { askTopics } from '../../admin/topics.ts'
import { OttlaError } from '../../ottla-error.ts'
import { clusterMetadata } from '../cluster-calls.ts'
import { KafkaJSAggregateError, KafkaJSCreateTopicError, KafkaJSNonRetriableError, KafkaJSTimeout } from '../errors.ts'
import { sleep } from '../retrier.ts'
import { protocolError, throwProtocolError } from '../translated-error.ts'
import type { Admin, ITopicConfig, ITopicMetadata } from '../types/admin.ts'
import { type AdminCalls, defaultTimeoutMs } from './admin-calls.ts'
import { checkTopicNames, checkTopics } from './checks.ts'

type CreateTopics = Parameters<Admin['createTopics']>[0]
type CreatePartitions = Parameters<Admin['createPartitions']>[0]
type DeleteTopics = Parameters<Admin['deleteTopics']>[0]

/** False: all of them are there already. */
export async function createTopics(calls: AdminCalls, options: CreateTopics): Promise<boolean> {
  const { topics, validateOnly = false, timeout = defaultTimeoutMs, waitForLeaders = true } = options
  checkTopics(topics)
  try {
    await calls.call('create topics', ['NOT_CONTROLLER'], async (requests) => {
      await requestTopics(requests, topics, timeout, validateOnly)
      if (waitForLeaders && !validateOnly) await untilLed(requests, topics, timeout)
    })
    return true
  } catch (error) {
    const errors = error instanceof KafkaJSAggregateError ? error.errors : [error as Error]
    if (errors.every((each) => (each as KafkaJSCreateTopicError).type === 'TOPIC_ALREADY_EXISTS')) return false
    throw error
  }
}

async function requestTopics(
  requests: AdminRequests,
  topics: readonly ITopicConfig[],
  timeoutMs: number,
  validateOnly: boolean,
): Promise<void> {
  const answer = await requests.send('controller', createTopicsRequest, createTopicsResponse, {
    topics: topics.map(wireTopic),
    timeoutMs,
    validateOnly,
  })
  const failed = answer.topics.filter(({ errorCode }) => errorCode !== 0)
  const errors = failed.map(({ errorCode, name }) => new KafkaJSCreateTopicError(protocolError(errorCode), name))
  if (errors.length === 0) return
  // Another controller is to be asked, where kafkajs would give up.
  throw (
    errors.find(({ type }) => type === 'NOT_CONTROLLER') ?? new KafkaJSAggregateError('Topic creation errors', errors)
  )
}

function wireTopic(config: ITopicConfig) {
  const { topic, numPartitions = -1, replicationFactor = -1, replicaAssignment = [], configEntries = [] } = config
  const isAssigned = replicaAssignment.length > 0
  return {
    name: topic,
    numPartitions: isAssigned ? -1 : numPartitions,
    replicationFactor: isAssigned ? -1 : replicationFactor,
    assignments: replicaAssignment.map(({ partition, replicas }) => ({
      partitionIndex: partition,
      brokerIds: replicas,
    })),
    configs: configEntries,
  }
}

async function untilLed(requests: AdminRequests, topics: readonly ITopicConfig[], timeoutMs: number): Promise<void> {
  const { runtime } = requests.cluster
  const names = topics.map(({ topic }) => topic)
  for (const endMs = runtime.monotonic() + timeoutMs; ; await sleep(runtime, 100)) {
    const found = await askTopics(requests, names)
    const areLed = found.every(
      ([, topic]) => !(topic instanceof OttlaError) && topic.partitions.every(({ leader }) => leader >= 0),
    )
    if (areLed) return
    if (runtime.monotonic() >= endMs) throw new KafkaJSTimeout('Timed out while waiting for topic leaders')
  }
}

export async function deleteTopics(calls: AdminCalls, options: DeleteTopics): Promise<void> {
  const { topics, timeout: timeoutMs = defaultTimeoutMs } = options
  if (!topics || !Array.isArray(topics)) throw new KafkaJSNonRetriableError(`Invalid topics array ${topics}`)
  if (topics.some((topic) => typeof topic !== 'string'))
    throw new KafkaJSNonRetriableError('Invalid topics array, the names must be a valid string')
  await calls.call('delete topics', ['NOT_CONTROLLER', 'UNKNOWN_TOPIC_OR_PARTITION'], async (requests) => {
    const body = { topics: topics.map((name) => ({ name })), topicNames: topics, timeoutMs }
    const answer = await requests.send('controller', deleteTopicsRequest, deleteTopicsResponse, body)
    for (const { errorCode } of answer.responses) throwProtocolError(errorCode)
  })
}

export async function createPartitions(calls: AdminCalls, options: CreatePartitions): Promise<boolean> {
  const { topicPartitions, validateOnly = false, timeout: timeoutMs = defaultTimeoutMs } = options
  if (!topicPartitions || !Array.isArray(topicPartitions))
    throw new KafkaJSNonRetriableError(`Invalid topic partitions array ${topicPartitions}`)
  if (topicPartitions.length === 0) throw new KafkaJSNonRetriableError('Empty topic partitions array')
  checkTopicNames(topicPartitions, 'topic partitions')
  await calls.call('create partitions', ['NOT_CONTROLLER'], async (requests) => {
    const topics = topicPartitions.map(({ topic, count, assignments }) => ({
      name: topic,
      count,
      assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
    }))
    const body = { topics, timeoutMs, validateOnly }
    const answer = await requests.send('controller', createPartitionsRequest, createPartitionsResponse, body)
    for (const { errorCode } of answer.results) throwProtocolError(errorCode)
  })
  return true
}

export async function fetchTopicMetadata(
  calls: AdminCalls,
  { topics = [] }: { topics?: string[] } = {},
): Promise<{ topics: ITopicMetadata[] }> {
  for (const topic of topics)
    if (!topic || typeof topic !== 'string') throw new KafkaJSNonRetriableError(`Invalid topic ${topic}`)
  const wanted = topics.length === 0 ? null : topics
  const metadata = await calls.call('fetch metadata', ['LEADER_NOT_AVAILABLE'], ({ cluster }) =>
    clusterMetadata(cluster, wanted),
  )
  return {
    topics: metadata.topicMetadata.map(({ topic, partitionMetadata }) => ({
      name: topic,
      partitions: partitionMetadata,
    })),
  }
}
