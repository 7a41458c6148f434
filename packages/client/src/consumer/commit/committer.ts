import { ErrorCode, offsetCommitRequest, offsetCommitResponse } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { brokerError, type OttlaError } from '../../ottla-error.ts'
import type { ConsumerCounts } from '../consumer-metrics.ts'
import { tracedCommit } from '../diagnostics.ts'
import type { MemberIdentity } from '../membership/membership.ts'
import { isCoordinatorLost } from '../position/committed-offsets.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { Assignment } from '../progress/assignment.ts'
import { partitionKey, type TopicPartition } from '../topic-partition.ts'

/** The next offset that the group is to read of a partition. */
export interface OffsetToCommit extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch?: number
  /** Any text; it comes back with `committed`. */
  readonly metadata?: string
}

/** Version 10 has ids in place of names. */
const lastVersionWithNames = 9

export interface CommitterParts {
  readonly cluster: Cluster
  readonly groupId: string
  readonly assignment: Assignment
  readonly counts: ConsumerCounts
  readonly member: () => MemberIdentity | undefined
}

/** Commits offsets, one request after the other, so that an older offset never overtakes a newer one. */
export class Committer {
  readonly #parts: CommitterParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: CommitterParts) {
    this.#parts = parts
  }

  /** Commits what handlers have finished of these partitions and is not committed yet. */
  commitProcessed(partitions: Iterable<AssignedPartition>, timeoutMs?: number): Promise<void> {
    return this.#inTurn(async () => {
      const offsets = [...partitions].flatMap((each) => {
        const offset = each.uncommitted()
        const { topic, partition, processedEpoch: leaderEpoch } = each
        return offset === undefined ? [] : [{ topic, partition, offset, leaderEpoch }]
      })
      if (offsets.length > 0) await this.#commit(offsets, timeoutMs)
    })
  }

  /** Settles when the offsets are stored. What lies before them counts as processed then: whoever commits says so. */
  commit(offsets: readonly OffsetToCommit[], timeoutMs?: number): Promise<void> {
    const { assignment } = this.#parts
    // Those of now: a seek meanwhile begins anew.
    const progresses = offsets.map(({ topic, partition }) => assignment.get(topic, partition)?.progress)
    return this.#inTurn(async () => {
      await this.#commit(offsets, timeoutMs)
      offsets.forEach(({ offset }, i) => void progresses[i]?.reach(offset))
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #commit(offsets: readonly OffsetToCommit[], timeoutMs?: number): Promise<void> {
    const { cluster, counts, groupId } = this.#parts
    const { clientId } = cluster.settings
    try {
      await tracedCommit({ clientId, groupId, offsets }, () => this.#untilStored(offsets, timeoutMs))
      counts.commits++
    } catch (error) {
      counts.commitFailures++
      throw error
    }
  }

  #untilStored(offsets: readonly OffsetToCommit[], timeoutMs?: number): Promise<void> {
    const { cluster, groupId, member } = this.#parts
    let sentAs: MemberIdentity | undefined
    const options = {
      what: `committing offsets of group ${groupId}`,
      ...(timeoutMs !== undefined && { timeoutMs }),
      mayRetry: (error: OttlaError) => error.retriable || this.#hasMovedOn(error, sentAs, offsets),
      beforeRetry: (error: OttlaError) => {
        if (isCoordinatorLost(error)) cluster.forgetCoordinator('group', groupId)
      },
    }
    return cluster.retry(options, async () => {
      sentAs = member()
      await this.#send(offsets, sentAs)
    })
  }

  /** A rebalance came between; who still owns the partitions may commit as member of the new generation. */
  #hasMovedOn(error: OttlaError, sentAs: MemberIdentity | undefined, offsets: readonly OffsetToCommit[]): boolean {
    const now = this.#parts.member()
    const isStale =
      error.name === 'ILLEGAL_GENERATION' ||
      error.name === 'STALE_MEMBER_EPOCH' ||
      error.name === 'REBALANCE_IN_PROGRESS'
    if (!isStale || now === undefined || now.memberId !== sentAs?.memberId) return false
    if (error.name === 'ILLEGAL_GENERATION' && now.epoch === sentAs.epoch) return false
    return this.#parts.assignment.of(offsets).length === offsets.length
  }

  async #send(offsets: readonly OffsetToCommit[], member: MemberIdentity | undefined): Promise<void> {
    const { cluster, groupId, assignment } = this.#parts
    const body = {
      groupId,
      memberId: member?.memberId ?? '',
      generationIdOrMemberEpoch: member?.epoch ?? -1,
      groupInstanceId: member?.groupInstanceId ?? null,
      topics: topicsOf(offsets),
    }
    const coordinator = await cluster.coordinator('group', groupId)
    const options = { maxVersion: lastVersionWithNames }
    const response = await cluster.send(coordinator, offsetCommitRequest, offsetCommitResponse, body, options)
    const byPartition = new Map(offsets.map((each) => [partitionKey(each.topic, each.partition), each]))
    let failure: OttlaError | undefined
    for (const { name, partitions } of response.topics) {
      for (const { partitionIndex, errorCode } of partitions) {
        if (errorCode !== ErrorCode.NONE) {
          failure ??= brokerError(errorCode, undefined, { topic: name, partition: partitionIndex, group: groupId })
          continue
        }
        const { offset, leaderEpoch = -1, metadata = '' } = byPartition.get(partitionKey(name, partitionIndex))!
        const assigned = assignment.get(name, partitionIndex)
        if (assigned !== undefined) assigned.committed = { offset, leaderEpoch, metadata }
      }
    }
    if (failure !== undefined) throw failure
  }
}

function topicsOf(offsets: readonly OffsetToCommit[]) {
  const topics = new Map<
    string,
    { partitionIndex: number; committedOffset: number; committedLeaderEpoch: number; committedMetadata: string }[]
  >()
  for (const { topic, partition, offset, leaderEpoch = -1, metadata = '' } of offsets) {
    const partitions = topics.get(topic) ?? []
    topics.set(topic, partitions)
    partitions.push({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })
  }
  return [...topics].map(([name, partitions]) => ({ name, partitions }))
}
