import { zeroUuid } from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../../ottla-error.ts'
import type { AutoOffsetReset, ConsumerSettings } from '../consumer-options.ts'
import type { MemberIdentity } from '../membership/membership.ts'
import { isRebalance } from '../membership/rebalance-errors.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { Assignment } from '../progress/assignment.ts'
import { partitionKey } from '../topic-partition.ts'
import { type CommittedAnswer, fetchCommitted, isCoordinatorLost } from './committed-offsets.ts'
import { epochEnd } from './epoch-end.ts'
import { earliestTimestamp, latestTimestamp, listOffsets } from './list-offsets.ts'

export interface PositionsParts {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly assignment: Assignment
  readonly member: () => MemberIdentity | undefined
  /** Partitions are ready to be fetched. */
  readonly found: () => void
  /** The application must know. */
  readonly failed: (error: OttlaError) => void
}

/**
 * Finds out where partitions are to be read from, for all that miss something.
 *   idle      wake -> working
 *   working   one round over all of them.  wake -> working, and once more; nothing left -> idle; failures -> a pause,
 *             then once more
 */
export class Positions {
  readonly #parts: PositionsParts
  #isWorking = false
  #again = false

  constructor(parts: PositionsParts) {
    this.#parts = parts
  }

  /** To be called when partitions miss something. */
  wake(): void {
    this.#again = true
    if (!this.#isWorking) void this.#work()
  }

  /** To be called when leaders may have changed: what was read under an old one is compared with the new one's log. */
  compareLeaders(): void {
    const { cluster, assignment } = this.#parts
    for (const partition of assignment.all()) {
      const leader = cluster.leader(partition.topic, partition.partition)
      if (!partition.isReady || leader === undefined || leader.leaderEpoch <= partition.validatedEpoch) continue
      if (partition.offsetEpoch >= 0 && leader.leaderEpoch > partition.offsetEpoch) partition.missing = 'validate'
      else partition.validatedEpoch = leader.leaderEpoch
    }
    if (this.#missing('validate').length > 0) this.wake()
  }

  async #work(): Promise<void> {
    const { cluster, found } = this.#parts
    this.#isWorking = true
    for (let failures = 0; this.#again && !cluster.closed.aborted; ) {
      this.#again = false
      const isComplete = await this.#round()
      found()
      if (isComplete) {
        failures = 0
        continue
      }
      this.#again = true
      const { retryBackoffMs, retryBackoffMaxMs } = cluster.settings
      const pauseMs = backoffMs(cluster.runtime, failures++, { firstMs: retryBackoffMs, maxMs: retryBackoffMaxMs })
      await Promise.allSettled([cluster.refresh(), cluster.wheel.sleep(pauseMs, cluster.closed)])
    }
    this.#isWorking = false
  }

  /** False: something is to be tried again. */
  async #round(): Promise<boolean> {
    const done = [await this.#findCommitted(), await this.#reset(), await this.#validate()]
    return done.every((each) => each)
  }

  async #findCommitted(): Promise<boolean> {
    const { cluster, settings, member } = this.#parts
    const partitions = this.#missing('committed')
    if (partitions.length === 0) return true
    const groupId = settings.groupId!
    try {
      const committed = await fetchCommitted(cluster, groupId, member(), partitions)
      const isFound = partitions.map((each) =>
        this.#begin(each, committed.get(partitionKey(each.topic, each.partition))),
      )
      this.compareLeaders()
      return isFound.every((each) => each)
    } catch (error) {
      const failure = asOttlaError(error, { group: groupId })
      if (isCoordinatorLost(failure)) cluster.forgetCoordinator('group', groupId)
      this.#report(failure)
      return false
    }
  }

  /** False: what is committed is not known yet. */
  #begin(partition: AssignedPartition, committed: CommittedAnswer): boolean {
    if (partition.missing !== 'committed') return true
    if (committed instanceof OttlaError) {
      this.#report(committed)
      return false
    }
    if (committed === undefined) partition.lose('reset')
    else {
      partition.moveTo(committed.offset, committed.leaderEpoch)
      partition.committed = committed
      const topicId = this.#parts.cluster.topicId(partition.topic)
      if (topicId !== zeroUuid) partition.topicId ??= topicId
    }
    return true
  }

  async #reset(): Promise<boolean> {
    const { cluster, settings } = this.#parts
    const partitions = this.#missing('reset')
    if (partitions.length === 0) return true
    const { autoOffsetReset, offsetResetOf } = settings
    if (autoOffsetReset === 'none') return this.#refuseReset(partitions)
    const questions = partitions.map(({ topic, partition }) => {
      const reset = offsetResetOf?.({ topic, partition }) ?? autoOffsetReset
      return { topic, partition, timestamp: timestampOf(reset, cluster.runtime.now()) }
    })
    const first = await listOffsets(cluster, questions, settings.isolationLevel)
    // Nothing is as late as that: the next record will be.
    const late = questions.filter(({ topic, partition }) => {
      const answer = first.get(partitionKey(topic, partition))
      return answer !== undefined && !(answer instanceof OttlaError) && answer.offset < 0
    })
    const ends = late.map((question) => ({ ...question, timestamp: latestTimestamp }))
    const answers = new Map([...first, ...(await listOffsets(cluster, ends, settings.isolationLevel))])
    let isComplete = true
    for (const partition of partitions) {
      const answer = answers.get(partitionKey(partition.topic, partition.partition))
      if (partition.missing !== 'reset') continue
      if (answer === undefined || answer instanceof OttlaError) {
        if (answer !== undefined) this.#report(answer)
        isComplete = false
      } else partition.moveTo(answer.offset, answer.leaderEpoch)
    }
    return isComplete
  }

  /** They stay where they are until the application seeks. */
  #refuseReset(partitions: readonly AssignedPartition[]): true {
    for (const partition of partitions) {
      const { topic, partition: index, whyLost } = partition
      const message = `${whyLost}, and autoOffsetReset is none: seek to where reading shall go on`
      this.#parts.failed(new OttlaError('OFFSET_OUT_OF_RANGE', { message, topic, partition: index }))
    }
    return true
  }

  async #validate(): Promise<boolean> {
    const partitions = this.#missing('validate')
    const done = await Promise.all(partitions.map((partition) => this.#validateOne(partition)))
    return done.every((each) => each)
  }

  async #validateOne(partition: AssignedPartition): Promise<boolean> {
    const { cluster, settings } = this.#parts
    const { turn, fetchOffset } = partition
    const leader = cluster.leader(partition.topic, partition.partition)
    const end = await epochEnd(cluster, partition)
    if (partition.missing !== 'validate' || partition.turn !== turn) return true
    if (end instanceof OttlaError && end.name !== 'UNSUPPORTED_VERSION') {
      this.#report(end)
      return false
    }
    partition.missing = 'nothing'
    partition.validatedEpoch = leader?.leaderEpoch ?? -1
    if (end instanceof OttlaError || (end.endOffset >= fetchOffset && end.leaderEpoch >= 0)) return true
    const { topic, partition: index } = partition
    const cut = `under a new leader the log ends at offset ${end.endOffset}, before ${fetchOffset}, which was read`
    cluster.log.write('warn', 'records that were read are gone from the log', { topic, partition: index, cut })
    if (end.endOffset < 0 || settings.autoOffsetReset === 'none') partition.lose('reset', cut)
    else if (end.endOffset >= partition.position) partition.refetch()
    else partition.moveTo(end.endOffset, end.leaderEpoch)
    this.#again = true
    return true
  }

  #missing(what: AssignedPartition['missing']): AssignedPartition[] {
    return [...this.#parts.assignment.all()].filter((each) => each.missing === what && !each.isLeaving)
  }

  #report(error: OttlaError): void {
    const { cluster, failed } = this.#parts
    if (cluster.closed.aborted) return
    // Out of the group for a moment: the membership sees to that.
    if (error.retriable || isRebalance(error)) cluster.log.write('warn', 'a position is not found yet', { err: error })
    else failed(error)
  }
}

function timestampOf(reset: Exclude<AutoOffsetReset, 'none'>, nowMs: number): number {
  if (reset === 'earliest') return earliestTimestamp
  if (reset === 'latest') return latestTimestamp
  if ('agoMs' in reset) return Math.max(0, nowMs - reset.agoMs)
  return Number(reset.since)
}
