import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { KafkaJSAggregateError, KafkaJSAlterPartitionReassignmentsError, KafkaJSNonRetriableError } from '../errors.ts'
import { protocolError, throwProtocolError } from '../translated-error.ts'
import type { ListPartitionReassignmentsResponse, PartitionReassignment } from '../types/admin.ts'
import type { TopicPartitions } from '../types/offsets.ts'
import { type AdminCalls, defaultTimeoutMs } from './admin-calls.ts'
import { checkTopicNames } from './checks.ts'

const retried = ['NOT_CONTROLLER']
const invalid = (message: string) => new KafkaJSNonRetriableError(message)
const isIndex = (value: unknown) => typeof value === 'number' && value >= 0

export async function alterPartitionReassignments(
  calls: AdminCalls,
  { topics, timeout }: { topics: PartitionReassignment[]; timeout?: number },
): Promise<void> {
  if (!topics || !Array.isArray(topics)) throw invalid(`Invalid topics array ${topics}`)
  checkTopicNames(topics, 'topics')
  for (const each of topics) checkReassignment(each)
  await calls.call('reassign partitions', retried, async (requests) => {
    const body = reassigned(topics, timeout)
    const answer = await requests.send(
      'controller',
      alterPartitionReassignmentsRequest,
      alterPartitionReassignmentsResponse,
      body,
    )
    if (answer.errorCode !== 0) throw new KafkaJSAlterPartitionReassignmentsError(protocolError(answer.errorCode))
    const errors = answer.responses.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ errorCode }) => errorCode !== 0)
        .map(
          ({ partitionIndex, errorCode }) =>
            new KafkaJSAlterPartitionReassignmentsError(protocolError(errorCode), name, partitionIndex),
        ),
    )
    if (errors.length > 0) throw new KafkaJSAggregateError('Errors altering partition reassignments', errors)
  })
}

/** The request's fields. */
export const reassigned = (topics: readonly PartitionReassignment[], timeoutMs = defaultTimeoutMs) => ({
  timeoutMs,
  topics: topics.map(({ topic, partitionAssignment }) => ({
    name: topic,
    partitions: partitionAssignment.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
  })),
})

function checkReassignment({ topic, partitionAssignment }: PartitionReassignment): void {
  if (!partitionAssignment || !Array.isArray(partitionAssignment))
    throw invalid(`Invalid partitions array: ${partitionAssignment} for topic: ${topic}`)
  for (const { partition, replicas } of partitionAssignment) {
    if (!isIndex(partition)) throw invalid(`Invalid partitions index: ${partition} for topic: ${topic}`)
    const of = `Invalid replica assignment: ${replicas} for topic: ${topic} on partition: ${partition}`
    if (!replicas || !Array.isArray(replicas)) throw invalid(of)
    if (!replicas.every(isIndex)) throw invalid(`${of}. Replicas must be a non negative number`)
  }
}

export async function listPartitionReassignments(
  calls: AdminCalls,
  { topics, timeout }: { topics?: TopicPartitions[]; timeout?: number } = {},
): Promise<ListPartitionReassignmentsResponse> {
  if (topics) {
    if (!Array.isArray(topics)) throw invalid(`Invalid topics array ${topics}`)
    checkTopicNames(topics, 'topics')
    for (const { topic, partitions } of topics) checkIndexes(topic, partitions)
  }
  return calls.call('list reassignments', retried, async ({ cluster }) =>
    listedReassignments(cluster, await cluster.controller(), topics ?? null, timeout),
  )
}

function checkIndexes(topic: string, partitions: unknown): void {
  const of = `Invalid partition array: ${partitions} for topic: ${topic}`
  if (!partitions || !Array.isArray(partitions)) throw invalid(of)
  if (!partitions.every(isIndex))
    throw invalid(`${of}. The partition indices have to be a valid number greater than 0.`)
}

export async function listedReassignments(
  cluster: Cluster,
  brokerId: number,
  topics: readonly TopicPartitions[] | null,
  timeoutMs = defaultTimeoutMs,
): Promise<ListPartitionReassignmentsResponse> {
  const wanted = topics?.map(({ topic, partitions }) => ({ name: topic, partitionIndexes: partitions })) ?? null
  const body = { timeoutMs, topics: wanted }
  const answer = await cluster.send(
    brokerId,
    listPartitionReassignmentsRequest,
    listPartitionReassignmentsResponse,
    body,
  )
  throwProtocolError(answer.errorCode)
  // kafkajs declares `topic` and `partitionIndex`, and has `name` and `partition`: here are both.
  return {
    topics: answer.topics.map(({ name, partitions }) => ({
      topic: name,
      name,
      partitions: partitions.map((each) => ({ ...each, partition: each.partitionIndex })),
    })),
  }
}
