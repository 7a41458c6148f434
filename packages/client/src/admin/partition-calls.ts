import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
  deleteRecordsRequest,
  deleteRecordsResponse,
  ErrorCode,
  electLeadersRequest,
  electLeadersResponse,
  listOffsetsRequest,
  listOffsetsResponse,
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '@ottla/protocol'
import { byTopic, type TopicPartition } from '../consumer/topic-partition.ts'
import { brokerError } from '../ottla-error.ts'
import type { AdminCallOptions, AdminRequests } from './admin-requests.ts'
import { type PartitionOffset, sendToLeaders } from './leader-requests.ts'

/** Which offset: by name, or the first one at or after a time (ms since 1970). */
export type OffsetSpec =
  | 'earliest'
  | 'latest'
  | 'maxTimestamp'
  | 'earliestLocal'
  | 'latestTiered'
  | { readonly timestamp: number }

const specialTimestamps = { latest: -1, earliest: -2, maxTimestamp: -3, earliestLocal: -4, latestTiered: -5 } as const

export interface FoundOffset extends TopicPartition {
  /** -1: there is none. */
  readonly offset: number
  /** Of the record there, in ms since 1970; -1: not known, as for `earliest` and `latest`. */
  readonly timestamp: number
  readonly leaderEpoch: number
}

/** Options of a look-up of offsets. */
export interface ListOffsetsOptions extends AdminCallOptions {
  /** `latest` is then the end of what transactions have settled. */
  readonly isolationLevel?: 'readUncommitted' | 'readCommitted'
}

export function listOffsets(
  requests: AdminRequests,
  queries: readonly (TopicPartition & { readonly at: OffsetSpec })[],
  options: ListOffsetsOptions = {},
): Promise<FoundOffset[]> {
  return sendToLeaders(requests, { what: 'listing offsets', items: queries, options }, async (broker, items) => {
    const answer = await requests.send({ broker }, listOffsetsRequest, listOffsetsResponse, {
      replicaId: -1,
      isolationLevel: options.isolationLevel === 'readCommitted' ? 1 : 0,
      topics: items.map(({ topic, partition, at }) => ({
        name: topic,
        partitions: [
          { partitionIndex: partition, timestamp: typeof at === 'string' ? specialTimestamps[at] : at.timestamp },
        ],
      })),
      timeoutMs: requests.timeoutMsOf(options),
    })
    return answer.topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, errorCode, offset, timestamp, leaderEpoch }) => ({
        topic,
        partition,
        errorCode,
        result: { topic, partition, offset, timestamp, leaderEpoch },
      })),
    )
  })
}

export interface DeletedRecords extends PartitionOffset {}

/** Deletes what lies before these offsets; -1 stands for all there is. Gives where the partitions begin now. */
export function deleteRecords(
  requests: AdminRequests,
  before: readonly PartitionOffset[],
  options: AdminCallOptions = {},
): Promise<DeletedRecords[]> {
  return sendToLeaders(requests, { what: 'deleting records', items: before, options }, async (broker, items) => {
    const answer = await requests.send({ broker }, deleteRecordsRequest, deleteRecordsResponse, {
      topics: items.map(({ topic, partition, offset }) => ({
        name: topic,
        partitions: [{ partitionIndex: partition, offset }],
      })),
      timeoutMs: requests.timeoutMsOf(options),
    })
    return answer.topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, lowWatermark: offset, errorCode }) => ({
        topic,
        partition,
        errorCode,
        result: { topic, partition, offset },
      })),
    )
  })
}

/**
 * Lets partitions be led by their preferred replica, or by one that is not in sync (`unclean`: records may be lost) where
 * there is no other. Without partitions: all of them. Gives those whose leader changed.
 */
export async function electLeaders(
  requests: AdminRequests,
  type: 'preferred' | 'unclean',
  partitions?: readonly TopicPartition[],
  options: AdminCallOptions = {},
): Promise<TopicPartition[]> {
  const call = { what: 'electing leaders', target: 'controller', options } as const
  const answer = await requests.ask(call, electLeadersRequest, electLeadersResponse, {
    electionType: type === 'preferred' ? 0 : 1,
    topicPartitions:
      partitions === undefined
        ? null
        : [...byTopic(partitions)].map(([topic, indexes]) => ({ topic, partitions: indexes })),
    timeoutMs: requests.timeoutMsOf(options),
  })
  const elected: TopicPartition[] = []
  for (const { topic, partitionResult } of answer.replicaElectionResults)
    for (const { partitionId: partition, errorCode, errorMessage } of partitionResult) {
      if (errorCode === ErrorCode.ELECTION_NOT_NEEDED) continue
      requests.check('controller', errorCode, errorMessage, { topic, partition })
      elected.push({ topic, partition })
    }
  return elected
}

/** The brokers that are to have a partition; null takes a move back that is under way. */
export interface Reassignment extends TopicPartition {
  readonly replicas: readonly number[] | null
}

export async function alterPartitionReassignments(
  requests: AdminRequests,
  reassignments: readonly Reassignment[],
  options: AdminCallOptions = {},
): Promise<void> {
  const byKey = new Map(reassignments.map((each) => [`${each.topic} ${each.partition}`, each]))
  const call = { what: 'reassigning partitions', keys: [...byKey.keys()], options }
  await requests.askEach<string, true>(call, async (keys) => {
    const body = {
      timeoutMs: requests.timeoutMsOf(options),
      topics: keys.map((key) => {
        const { topic, partition, replicas } = byKey.get(key)!
        return { name: topic, partitions: [{ partitionIndex: partition, replicas }] }
      }),
    }
    const answer = await requests.send(
      'controller',
      alterPartitionReassignmentsRequest,
      alterPartitionReassignmentsResponse,
      body,
    )
    requests.check('controller', answer.errorCode, answer.errorMessage)
    return answer.responses.flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionIndex: partition, errorCode, errorMessage }) => {
        const error = brokerError(errorCode, errorMessage, { topic, partition })
        return [`${topic} ${partition}`, error ?? (true as const)] as const
      }),
    )
  })
}

export interface OngoingReassignment extends TopicPartition {
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

/** Moves that are under way, of some partitions or of all. */
export async function listPartitionReassignments(
  requests: AdminRequests,
  partitions?: readonly TopicPartition[],
  options: AdminCallOptions = {},
): Promise<OngoingReassignment[]> {
  const call = { what: 'listing reassignments', target: 'controller', options } as const
  const topics = partitions && [...byTopic(partitions)].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
  const body = { timeoutMs: requests.timeoutMsOf(options), topics: topics ?? null }
  const answer = await requests.ask(call, listPartitionReassignmentsRequest, listPartitionReassignmentsResponse, body)
  return answer.topics.flatMap(({ name: topic, partitions: moving }) =>
    moving.map(({ partitionIndex: partition, replicas, addingReplicas, removingReplicas }) => ({
      topic,
      partition,
      replicas,
      addingReplicas,
      removingReplicas,
    })),
  )
}
