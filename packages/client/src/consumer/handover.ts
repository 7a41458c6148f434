import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import type { Committer } from './commit/committer.ts'
import type { ConsumerCounts } from './consumer-metrics.ts'
import type { ConsumerSettings } from './consumer-options.ts'
import { rebalanced } from './diagnostics.ts'
import type { FetchBuffer } from './fetch/fetch-buffer.ts'
import type { AssignedPartition } from './progress/assigned-partition.ts'
import type { Assignment } from './progress/assignment.ts'
import type { AssignablePartition, TopicPartition } from './topic-partition.ts'

export interface HandoverParts {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly assignment: Assignment
  readonly buffer: FetchBuffer
  readonly counts: ConsumerCounts
  /** Undefined without a group. */
  readonly committer: Committer | undefined
  /** Partitions were added, or are gone. */
  readonly changed: () => void
  readonly failed: (error: OttlaError) => void
}

/** The rest of the rebalance time-out is for the rebalance itself. */
const handlersShare = 0.7

/**
 * Partitions that come and go. One that goes is given up in this order, so that its next owner begins where this one
 * has stopped: no more records of it are handed out; the signals of its handlers fire; they finish; what was processed
 * is committed; the application agrees. None of the waiting is longer than the group waits.
 */
export class Handover {
  readonly #parts: HandoverParts
  /** Aborted when the consumer closes and has no more patience. */
  readonly #hurry = new AbortController()

  constructor(parts: HandoverParts) {
    this.#parts = parts
  }

  /** From now on nothing waits longer than this. */
  hurryAfter(ms: number): void {
    const { wheel, closed } = this.#parts.cluster
    const deadline = wheel.after(ms, () => this.#hurry.abort())
    // A deadline that nobody waits for any more would keep the process alive.
    closed.addEventListener('abort', () => deadline.cancel(), { once: true })
  }

  async assign(partitions: readonly AssignablePartition[]): Promise<void> {
    const { assignment, settings, committer, changed } = this.#parts
    if (partitions.length > 0) {
      this.#tell('assigned', partitions)
      assignment.add(partitions, committer === undefined ? 'reset' : 'committed')
      for (const { topic, partition, offset } of partitions) {
        if (offset !== undefined) assignment.get(topic, partition)!.moveTo(offset)
      }
      await this.#callHook('onPartitionsAssigned', settings.onPartitionsAssigned, partitions)
    }
    changed()
  }

  async revoke(partitions: readonly TopicPartition[], reason: string): Promise<void> {
    const { assignment, settings } = this.#parts
    const leaving = assignment.of(partitions)
    if (leaving.length === 0) return
    this.#takeAway(leaving, reason)
    await this.#inTime(Promise.all(leaving.map((each) => each.idle())), 'handlers of partitions that are given up')
    // Those that were lost meanwhile are not this member's to commit any more.
    const owned = leaving.filter((each) => assignment.get(each.topic, each.partition) === each)
    if (owned.length === 0) return
    this.#tell('revoked', owned)
    await this.#commit(owned)
    await this.#callHook('onPartitionsRevoked', settings.onPartitionsRevoked, owned)
    this.#forget(owned)
  }

  /** Others may own them already: nothing is committed, and nobody is waited for. */
  async lose(partitions: readonly TopicPartition[], reason: string): Promise<void> {
    const { assignment, settings } = this.#parts
    const lost = assignment.of(partitions)
    if (lost.length === 0) return
    this.#tell('lost', lost)
    this.#takeAway(lost, reason)
    this.#forget(lost)
    await this.#callHook('onPartitionsLost', settings.onPartitionsLost, partitions)
  }

  #tell(event: 'assigned' | 'revoked' | 'lost', partitions: readonly TopicPartition[]): void {
    const { cluster, counts, settings } = this.#parts
    if (event === 'assigned') counts.partitionsAssigned += partitions.length
    else if (event === 'revoked') counts.partitionsRevoked += partitions.length
    else counts.partitionsLost += partitions.length
    const plain = partitions.map(({ topic, partition }) => ({ topic, partition }))
    const { groupId } = settings
    rebalanced({ clientId: cluster.settings.clientId, groupId, event, partitions: plain })
    cluster.log.write(event === 'lost' ? 'warn' : 'info', `partitions ${event}`, { groupId, partitions: plain })
  }

  #takeAway(partitions: readonly AssignedPartition[], reason: string): void {
    for (const partition of partitions) {
      const { topic, partition: index } = partition
      partition.takeAway(new OttlaError('OPERATION_ABORTED', { message: reason, topic, partition: index }))
      this.#parts.buffer.drop(partition)
    }
  }

  #forget(partitions: readonly AssignedPartition[]): void {
    this.#parts.assignment.remove(partitions)
    this.#parts.changed()
  }

  async #commit(partitions: readonly AssignedPartition[]): Promise<void> {
    const { cluster, settings, committer } = this.#parts
    if (committer === undefined || !settings.autoCommit) return
    const committing = committer.commitProcessed(partitions, this.#limitMs()).catch((error) => {
      // At least once: the next owner begins at the last commit that came through.
      cluster.log.write('warn', 'offsets were not committed before partitions were given up', { err: error })
    })
    await this.#inTime(committing, 'the commit before partitions are given up')
  }

  async #callHook(
    name: string,
    hook: ((partitions: readonly TopicPartition[]) => unknown) | undefined,
    partitions: readonly TopicPartition[],
  ): Promise<void> {
    if (hook === undefined) return
    const called = (async () => hook(partitions.map(({ topic, partition }) => ({ topic, partition }))))()
    const settled = called.catch((cause) => {
      const message = `${name} has failed: ${asOttlaError(cause).message}`
      this.#parts.failed(new OttlaError('PROCESSING_FAILED', { message, cause }))
    })
    await this.#inTime(settled, name)
  }

  #limitMs(): number {
    return this.#parts.settings.rebalanceTimeoutMs * handlersShare
  }

  /** Waits no longer than the group does. `work` does not fail. */
  #inTime(work: Promise<unknown>, what: string): Promise<void> {
    const { cluster } = this.#parts
    const { signal } = this.#hurry
    return new Promise((resolve) => {
      const settle = () => {
        deadline.cancel()
        signal.removeEventListener('abort', late)
        resolve()
      }
      const late = () => {
        cluster.log.write('warn', `${what}: not waited for any longer`)
        settle()
      }
      const deadline = cluster.wheel.after(this.#limitMs(), late)
      signal.addEventListener('abort', late, { once: true })
      if (signal.aborted) late()
      void work.then(settle)
    })
  }
}
