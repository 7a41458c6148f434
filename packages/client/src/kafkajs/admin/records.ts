import { deleteRecordsRequest, deleteRecordsResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import {
  KafkaJSBrokerNotFound,
  KafkaJSDeleteTopicRecordsError,
  type KafkaJSDeleteTopicRecordsErrorPartition,
  KafkaJSNonRetriableError,
} from '../errors.ts'
import { protocolError } from '../translated-error.ts'
import type { SeekEntry } from '../types/offsets.ts'
import { type AdminCalls, defaultTimeoutMs } from './admin-calls.ts'
import { fetchTopicOffsets, type TopicOffset } from './offsets.ts'

/** Deletes what lies before the offsets; -1 is all. */
export async function deleteTopicRecords(
  calls: AdminCalls,
  { topic, partitions }: { topic: string; partitions: SeekEntry[] },
): Promise<void> {
  if (!topic || typeof topic !== 'string') throw new KafkaJSNonRetriableError(`Invalid topic "${topic}"`)
  if (!partitions || partitions.length === 0) throw new KafkaJSNonRetriableError('Invalid partitions')
  const offsets = await fetchTopicOffsets(calls, topic)
  warnOfNothing(calls, topic, partitions, offsets)
  refuseUnknown(await calls.cluster.current(), topic, partitions)
  let pending: readonly SeekEntry[] = partitions
  await calls.cluster.retrying(async (cluster) => {
    refuseUnknown(cluster, topic, pending)
    const failed = await deletedOnLeaders(cluster, topic, pending)
    if (failed.length === 0) return
    pending = failed.map(({ partition, offset }) => ({ partition, offset }))
    const error = new KafkaJSDeleteTopicRecordsError({ partitions: failed })
    if (error.retriable) await cluster.refresh()
    throw error
  })
}

function refuseUnknown(cluster: Cluster, topic: string, partitions: readonly SeekEntry[]): void {
  const unknown = partitions.filter(({ partition }) => cluster.leader(topic, partition) === undefined)
  if (unknown.length === 0) return
  const error = new KafkaJSBrokerNotFound('Could not find the leader for the partition', { retriable: false })
  throw new KafkaJSDeleteTopicRecordsError({ partitions: unknown.map((each) => ({ ...each, error })) })
}

function warnOfNothing(
  calls: AdminCalls,
  topic: string,
  wanted: readonly SeekEntry[],
  offsets: readonly TopicOffset[],
) {
  for (const { partition, offset } of wanted) {
    const low = offsets.find((each) => each.partition === partition)?.low
    if (low === undefined || Number(offset) >= Number(low) || Number(offset) === -1) continue
    calls.logger.warn(
      'The requested offset is before the earliest offset maintained on the partition - no records will be deleted from this partition',
      { topic, partition, offset },
    )
  }
}

async function deletedOnLeaders(
  cluster: Cluster,
  topic: string,
  partitions: readonly SeekEntry[],
): Promise<KafkaJSDeleteTopicRecordsErrorPartition[]> {
  const byLeader = new Map<number, SeekEntry[]>()
  for (const each of partitions) {
    const { leader } = cluster.leader(topic, each.partition)!
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), each])
  }
  const answers = [...byLeader].map(async ([brokerId, entries]) => {
    const wire = entries.map(({ partition, offset }) => ({ partitionIndex: partition, offset: Number(offset) }))
    const body = { topics: [{ name: topic, partitions: wire }], timeoutMs: defaultTimeoutMs }
    const answer = await cluster.send(brokerId, deleteRecordsRequest, deleteRecordsResponse, body)
    return answer.topics.flatMap(({ partitions: answered }) =>
      answered
        .filter(({ errorCode }) => errorCode !== 0)
        .map(({ partitionIndex, errorCode }) => {
          const { offset } = entries.find(({ partition }) => partition === partitionIndex)!
          return { partition: partitionIndex, offset, error: protocolError(errorCode) }
        }),
    )
  })
  return (await Promise.all(answers)).flat()
}
