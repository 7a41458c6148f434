import type { TopicMetadata } from '../../connection/metadata.ts'
import { commitOffsets, committedOffsets, offsetsAt } from '../cluster-calls.ts'
import { earliestOffset, latestOffset } from '../consumer-checks.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import { describedGroups } from '../group-descriptions.ts'
import { foundTopic, presentTopic } from '../sending.ts'
import type { FetchOffsetsPartition, SeekEntry } from '../types/offsets.ts'
import type { AdminCalls } from './admin-calls.ts'
import { checkGroup, checkTopic } from './checks.ts'

/** Leaders may move, and topics come, meanwhile. */
const ofLeaders = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
]
const ofCoordinators = ['GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', 'GROUP_LOAD_IN_PROGRESS']

/** `offset` is where the next message goes, as `high`. */
export type TopicOffset = SeekEntry & { high: string; low: string }

export async function fetchTopicOffsets(calls: AdminCalls, topic: string): Promise<TopicOffset[]> {
  checkTopic(topic)
  const partitions = await partitionsOf(calls, topic)
  return calls.call('fetch topic offsets', ofLeaders, async ({ cluster }) => {
    const high = await offsetsAt(cluster, topic, partitions, latestOffset)
    const low = await offsetsAt(cluster, topic, partitions, earliestOffset)
    return high.map(({ partition, offset }, index) => ({ partition, offset, high: offset, low: low[index]!.offset }))
  })
}

/** Where there is no message as late as that, the offset of the next one. */
export async function fetchTopicOffsetsByTimestamp(
  calls: AdminCalls,
  topic: string,
  timestamp: number | undefined,
): Promise<SeekEntry[]> {
  checkTopic(topic)
  const partitions = await partitionsOf(calls, topic)
  return calls.call('fetch topic offsets', ofLeaders, async ({ cluster }) => {
    const ends = await offsetsAt(cluster, topic, partitions, latestOffset)
    if (timestamp == null) return ends
    const found = await offsetsAt(cluster, topic, partitions, timestamp)
    return found.map((entry, index) => (Number(entry.offset) < 0 ? ends[index]! : entry))
  })
}

export interface GroupTopicOffsets {
  topic: string
  partitions: FetchOffsetsPartition[]
}

/** What a group has committed. `resolveOffsets` puts real offsets in the place of those that mean an end of the log. */
export async function fetchOffsets(
  calls: AdminCalls,
  { groupId, topics = [], resolveOffsets = false }: { groupId: string; topics?: string[]; resolveOffsets?: boolean },
): Promise<GroupTopicOffsets[]> {
  checkGroup(groupId)
  if (topics !== null && !Array.isArray(topics)) throw new KafkaJSNonRetriableError('Expected topics array to be set')
  const wanted = await Promise.all(
    (topics ?? []).map(async (topic) => ({
      topic,
      partitions: (await partitionsOf(calls, topic, presentTopic)).map((partition) => ({ partition })),
    })),
  )
  const committed = await onCoordinator(calls, groupId, 'fetch offsets', (cluster, brokerId) =>
    committedOffsets(cluster, brokerId, groupId, wanted.length === 0 ? null : wanted),
  )
  const offsets = committed.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, offset, metadata }) => ({
      partition,
      offset,
      metadata: metadata || null,
    })),
  }))
  return resolveOffsets ? Promise.all(offsets.map((each) => resolved(calls, groupId, each))) : offsets
}

async function resolved(calls: AdminCalls, groupId: string, of: GroupTopicOffsets): Promise<GroupTopicOffsets> {
  const { topic } = of
  const known = new Map((await fetchTopicOffsets(calls, topic)).map((each) => [each.partition, each]))
  const partitions = of.partitions.map((each) => {
    const ends = known.get(each.partition)
    if (ends === undefined || Number(each.offset) >= 0) return each
    return { ...each, offset: Number(each.offset) === earliestOffset ? ends.low : ends.high }
  })
  await setOffsets(calls, { groupId, topic, partitions })
  return { topic, partitions }
}

/** To an end of the log, wherever that is when the group comes to read. */
export async function resetOffsets(
  calls: AdminCalls,
  { groupId, topic, earliest = false }: { groupId: string; topic: string; earliest: boolean },
): Promise<void> {
  checkGroup(groupId)
  if (!topic) throw new KafkaJSNonRetriableError(`Invalid topic ${topic}`)
  const offset = String(earliest ? earliestOffset : latestOffset)
  const partitions = (await partitionsOf(calls, topic, presentTopic)).map((partition) => ({ partition, offset }))
  await setOffsets(calls, { groupId, topic, partitions })
}

/** The group must have no members. */
export async function setOffsets(
  calls: AdminCalls,
  { groupId, topic, partitions }: { groupId: string; topic: string; partitions: readonly SeekEntry[] },
): Promise<void> {
  checkGroup(groupId)
  if (!topic) throw new KafkaJSNonRetriableError(`Invalid topic ${topic}`)
  if (!partitions || partitions.length === 0) throw new KafkaJSNonRetriableError('Invalid partitions')
  const { groups } = await calls.call('describe the group', ofCoordinators, ({ cluster }) =>
    describedGroups(cluster, [groupId]),
  )
  const state = groups[0]?.state ?? 'Dead'
  if (state !== 'Empty' && state !== 'Dead')
    throw new KafkaJSNonRetriableError(`The consumer group must have no running instances, current state: ${state}`)
  const topics = [{ topic, partitions: [...partitions] }]
  await onCoordinator(calls, groupId, 'set offsets', (cluster, brokerId) =>
    commitOffsets(cluster, brokerId, { groupId, topics }),
  )
}

function onCoordinator<T>(
  calls: AdminCalls,
  groupId: string,
  what: string,
  ask: (cluster: Parameters<typeof foundTopic>[0], brokerId: number) => Promise<T>,
): Promise<T> {
  return calls.call(what, ofCoordinators, async ({ cluster }) => {
    const brokerId = await cluster.coordinatorNow('group', groupId)
    try {
      return await ask(cluster, brokerId)
    } catch (error) {
      cluster.forgetCoordinator('group', groupId)
      throw error
    }
  })
}

async function partitionsOf(calls: AdminCalls, topic: string, find = foundTopic): Promise<number[]> {
  const cluster = await calls.cluster.current()
  const known: TopicMetadata = cluster.knownTopic(topic) ?? (await find(cluster, calls.cluster.retry, topic))
  return known.partitions.map(({ partition }) => partition)
}
