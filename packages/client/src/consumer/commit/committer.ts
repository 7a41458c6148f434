import { type Decoded, ErrorCode, offsetCommitRequest, offsetCommitResponse, zeroUuid } from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { brokerError, OttlaError } from '../../ottla-error.ts'
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

/** The same, of the topic that had the name when the offset was one of its own. */
export interface OffsetOfTopic extends OffsetToCommit {
  readonly topicId?: string | undefined
}

/** Later versions have ids in place of names. */
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
        const { topic, topicId, partition, processedEpoch: leaderEpoch } = each
        return offset === undefined ? [] : [{ topic, topicId, partition, offset, leaderEpoch }]
      })
      if (offsets.length === 0) return
      await this.#commit(offsets, timeoutMs).catch((error) => {
        // What was read of a topic that is gone needs no commit any more.
        if (!(error instanceof TopicIsGone)) throw error
        this.#parts.cluster.log.write('warn', 'offsets of a topic that is gone are not committed', { err: error })
      })
    })
  }

  /** Settles when the offsets are stored. What lies before them counts as processed then: whoever commits says so. */
  commit(offsets: readonly OffsetOfTopic[], timeoutMs?: number): Promise<void> {
    const { assignment } = this.#parts
    const assigned = offsets.map(({ topic, partition }) => assignment.get(topic, partition))
    // Those of now: a seek meanwhile begins anew.
    const progresses = assigned.map((each) => each?.progress)
    const ofTopics = offsets.map((each, i) => ({ ...each, topicId: each.topicId ?? assigned[i]?.topicId }))
    return this.#inTurn(async () => {
      await this.#commit(ofTopics, timeoutMs)
      offsets.forEach(({ offset }, i) => void progresses[i]?.reach(offset))
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #commit(offsets: readonly OffsetOfTopic[], timeoutMs?: number): Promise<void> {
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

  #untilStored(offsets: readonly OffsetOfTopic[], timeoutMs?: number): Promise<void> {
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

  async #send(offsets: readonly OffsetOfTopic[], member: MemberIdentity | undefined): Promise<void> {
    const { cluster, groupId } = this.#parts
    const valid = offsets.filter((each) => !this.#isGone(each))
    const topics = topicsOf(valid.map((each) => ({ ...each, topicId: this.#topicId(each) })))
    const body = {
      groupId,
      memberId: member?.memberId ?? '',
      generationIdOrMemberEpoch: member?.epoch ?? -1,
      groupInstanceId: member?.groupInstanceId ?? null,
      topics,
    }
    const byName = topics.some(({ topicId }) => topicId === zeroUuid)
    if (topics.length > 0) {
      const coordinator = await cluster.coordinator('group', groupId)
      const options = byName ? { maxVersion: lastVersionWithNames } : {}
      const response = await cluster.send(coordinator, offsetCommitRequest, offsetCommitResponse, body, options)
      await this.#answered(valid, topics, response)
    }
    const gone = offsets.find((each) => this.#isGone(each))
    if (gone !== undefined) throw new TopicIsGone(gone, groupId)
  }

  async #answered(
    offsets: readonly OffsetOfTopic[],
    asked: readonly { readonly name: string; readonly topicId: string }[],
    { topics }: Decoded<typeof offsetCommitResponse>,
  ): Promise<void> {
    const { cluster, groupId, assignment } = this.#parts
    const byPartition = new Map(offsets.map((each) => [partitionKey(each.topic, each.partition), each]))
    const names = new Map(asked.map(({ name, topicId }) => [topicId, name]))
    let failure: OttlaError | undefined
    for (const { name, topicId, partitions } of topics) {
      const topic = name === '' ? names.get(topicId)! : name
      for (const { partitionIndex: partition, errorCode } of partitions) {
        if (errorCode !== ErrorCode.NONE) {
          failure ??= brokerError(errorCode, undefined, { topic, partition, group: groupId })
          continue
        }
        const { offset, leaderEpoch = -1, metadata = '', ...of } = byPartition.get(partitionKey(topic, partition))!
        const assigned = assignment.get(topic, partition)
        if (assigned !== undefined && assigned.topicId === of.topicId)
          assigned.committed = { offset, leaderEpoch, metadata }
      }
    }
    if (failure?.name === 'UNKNOWN_TOPIC_ID') await cluster.refresh()
    const gone = failure?.name === 'UNKNOWN_TOPIC_ID' && offsets.find((each) => this.#isGone(each))
    if (gone) throw new TopicIsGone(gone, groupId)
    if (failure !== undefined) throw failure
  }

  #topicId({ topic, topicId }: OffsetOfTopic): string {
    return topicId ?? this.#parts.cluster.topicId(topic)
  }

  /** The topic that the offset is of was deleted, and perhaps created again. */
  #isGone({ topic, topicId }: OffsetOfTopic): boolean {
    const { image } = this.#parts.cluster
    const known = image.topics.get(topic)
    if (known === undefined)
      return topicId !== undefined && image.topicErrors.get(topic) === 'UNKNOWN_TOPIC_OR_PARTITION'
    return topicId !== undefined && known.id !== zeroUuid && known.id !== topicId
  }
}

/** The offset must not be committed for the topic that has the name now. */
class TopicIsGone extends OttlaError {
  constructor({ topic, partition, offset }: OffsetOfTopic, group: string) {
    const message = `offset ${offset} is one of a topic that was deleted; it means nothing for one of the same name`
    super('UNKNOWN_TOPIC_ID', { message, topic, partition, group, retriable: false })
  }
}

function topicsOf(offsets: readonly (OffsetToCommit & { readonly topicId: string })[]) {
  const topics = new Map<
    string,
    {
      readonly name: string
      readonly topicId: string
      readonly partitions: {
        partitionIndex: number
        committedOffset: number
        committedLeaderEpoch: number
        committedMetadata: string
      }[]
    }
  >()
  for (const { topic: name, topicId, partition, offset, leaderEpoch = -1, metadata = '' } of offsets) {
    const key = `${name} ${topicId}`
    if (!topics.has(key)) topics.set(key, { name, topicId, partitions: [] })
    topics.get(key)!.partitions.push({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })
  }
  return [...topics.values()]
}
