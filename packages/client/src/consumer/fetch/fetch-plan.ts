import type { Cluster } from '../../connection/cluster.ts'
import type { ConsumerSettings } from '../consumer-options.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { Assignment } from '../progress/assignment.ts'
import type { FetchBuffer } from './fetch-buffer.ts'
import type { FetchPosition } from './fetch-session.ts'

/** A partition with the place in it from which it is to be fetched. */
export interface PlannedPartition {
  readonly partition: AssignedPartition
  /** Of the partition, when this was planned. */
  readonly turn: number
  readonly position: FetchPosition
}

/** What to fetch from one broker. */
export interface FetchPlan {
  readonly planned: readonly PlannedPartition[]
  /** Some of the broker's partitions wait only for room in the buffer. */
  readonly withholds: boolean
}

/** What to fetch from which broker now: partitions that are ready, not paused, and whose buffer has room. */
export function fetchPlans(
  cluster: Cluster,
  assignment: Assignment,
  buffer: FetchBuffer,
  settings: ConsumerSettings,
): { readonly plans: ReadonlyMap<number, FetchPlan>; readonly lacksLeaders: boolean } {
  let lacksLeaders = false
  const plans = new Map<number, { planned: PlannedPartition[]; withholds: boolean }>()
  const nowMs = cluster.runtime.monotonic()
  for (const partition of assignment.all()) {
    if (!partition.isReady || partition.isPaused || partition.restsUntilMs > nowMs) continue
    const leader = cluster.leader(partition.topic, partition.partition)
    if (leader === undefined) {
      lacksLeaders = true
      continue
    }
    const brokerId = sourceOf(partition, cluster, leader.leader, nowMs)
    let plan = plans.get(brokerId)
    if (plan === undefined) {
      plan = { planned: [], withholds: false }
      plans.set(brokerId, plan)
    }
    if (!hasRoom(partition, buffer, settings.prefetchBytes, assignment.size)) plan.withholds = true
    else
      plan.planned.push({
        partition,
        turn: partition.turn,
        position: positionOf(partition, cluster, leader.leaderEpoch, settings),
      })
  }
  return { plans, lacksLeaders }
}

/** Each partition has its share of the buffer, and one that has nothing there may always be fetched: none starves. */
export function hasRoom(partition: AssignedPartition, buffer: FetchBuffer, limitBytes: number, count: number): boolean {
  const own = buffer.bytesOf(partition)
  return own === 0 || (buffer.bytes < limitBytes && own < limitBytes / count)
}

function sourceOf(partition: AssignedPartition, cluster: Cluster, leaderId: number, nowMs: number): number {
  const { preferredReplica } = partition
  if (preferredReplica === undefined) return leaderId
  if (preferredReplica.untilMs > nowMs && cluster.image.brokers.has(preferredReplica.brokerId))
    return preferredReplica.brokerId
  partition.preferredReplica = undefined
  return leaderId
}

function positionOf(
  { topic, topicId, partition, fetchOffset }: AssignedPartition,
  cluster: Cluster,
  currentLeaderEpoch: number,
  settings: ConsumerSettings,
): FetchPosition {
  return {
    topic,
    // That of the topic in which the offset means something, whatever has the name now.
    topicId: topicId ?? cluster.topicId(topic),
    partition,
    fetchOffset,
    currentLeaderEpoch,
    lastFetchedEpoch: -1,
    partitionMaxBytes: settings.fetchMaxBytesPerPartition,
  }
}
