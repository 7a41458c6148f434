import type { Cluster } from '../connection/cluster.ts'
import { OttlaError } from '../ottla-error.ts'
import { autoCommit } from './commit/auto-commit.ts'
import { Committer } from './commit/committer.ts'
import { ConsumerCounts, type ConsumerMetrics } from './consumer-metrics.ts'
import type { ConsumerSettings } from './consumer-options.ts'
import type { ConsumerWatch } from './consumer-watch.ts'
import { Intake } from './deliver/intake.ts'
import { FetchAnswer } from './fetch/fetch-answer.ts'
import { FetchBuffer } from './fetch/fetch-buffer.ts'
import { Fetcher } from './fetch/fetcher.ts'
import { Handover } from './handover.ts'
import { joinGroup } from './membership/chosen-membership.ts'
import type { LeaveOptions, MemberIdentity, Membership } from './membership/membership.ts'
import { AbsentPartitions } from './position/absent-partitions.ts'
import { Positions } from './position/positions.ts'
import { RecreatedTopics } from './position/recreated-topics.ts'
import { Assignment } from './progress/assignment.ts'
import { Subscription, type TopicsOrPatterns } from './subscription.ts'
import { type AssignablePartition, type TopicPartition, without } from './topic-partition.ts'

/**
 * The parts of a consumer, put together:
 *
 *     subscription -> membership -> handover -> assignment      which partitions
 *                                   positions -> assignment     from where
 *     cluster <-> fetcher -> buffer -> intake -> application    their records
 *                                   committer <- assignment     how far they are processed
 */
export class ConsumerEngine {
  readonly cluster: Cluster
  readonly assignment = new Assignment()
  readonly intake: Intake
  readonly committer: Committer | undefined
  readonly settings: ConsumerSettings
  readonly subscription: Subscription
  readonly #counts = new ConsumerCounts()
  readonly #buffer = new FetchBuffer()
  readonly #fetcher: Fetcher
  readonly #positions: Positions
  readonly #handover: Handover
  readonly #committing = new AbortController()
  readonly #watch: ConsumerWatch | undefined
  #membership: Membership | undefined
  /** The application assigns the partitions. */
  #isManual = false
  #closing: Promise<void> | undefined
  #isGone = false

  /** The cluster is closed with the consumer. */
  constructor(cluster: Cluster, settings: ConsumerSettings, watch?: ConsumerWatch) {
    this.settings = settings
    this.#watch = watch
    const { assignment } = this
    const buffer = this.#buffer
    const counts = this.#counts
    const failed = (error: OttlaError) => this.intake.fail(error)
    const member = () => this.member
    const lost = () => this.#positions.wake()
    this.cluster = cluster
    this.intake = new Intake(buffer, cluster.runtime, () => this.#fetcher.roomMade())
    this.committer =
      settings.groupId === undefined
        ? undefined
        : new Committer({ cluster, groupId: settings.groupId, assignment, counts, member })
    const answer = new FetchAnswer({
      cluster,
      settings,
      buffer,
      counts,
      arrived: () => this.#arrived(),
      lost,
      failed,
    })
    this.#fetcher = new Fetcher({ cluster, settings, assignment, buffer, answer, counts, watch })
    const found = () => this.#fetcher.wake()
    this.#positions = new Positions({ cluster, settings, assignment, member, found, failed })
    const changed = () => this.partitionsMoved()
    this.#handover = new Handover({
      cluster,
      settings,
      assignment,
      buffer,
      counts,
      committer: this.committer,
      changed,
      failed,
    })
    this.subscription = new Subscription({
      cluster,
      patternRefreshMs: settings.patternRefreshMs,
      changed: () => this.#subscriptionChanged(),
      failed,
    })
    const absent = new AbsentPartitions(cluster, assignment, failed)
    const hasGroup = settings.groupId !== undefined
    const recreated = new RecreatedTopics({ cluster, assignment, buffer, hasGroup, lost })
    cluster.onMetadata(() => {
      absent.look()
      recreated.look()
      this.#positions.compareLeaders()
      this.#fetcher.wake()
    })
    this.#startAutoCommit()
  }

  get member(): MemberIdentity | undefined {
    return this.#membership?.identity
  }

  /** Closed, and done with it. */
  get isGone(): boolean {
    return this.#isGone
  }

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  subscribe(wanted: TopicsOrPatterns): void {
    if (this.#isManual) throw eitherOr()
    this.subscription.set(wanted)
    this.#subscriptionChanged()
  }

  /** In place of the partitions so far; those that stay go on where they are, if no offset is given. */
  async assign(partitions: readonly AssignablePartition[]): Promise<void> {
    if (!this.subscription.isEmpty) throw eitherOr()
    this.#isManual = partitions.length > 0
    const owned = [...this.assignment.all()]
    for (const { topic } of partitions) this.cluster.knownTopic(topic)
    await this.#handover.revoke(without(owned, partitions), 'the partition is not assigned any more')
    for (const { topic, partition, offset } of partitions) {
      if (offset !== undefined) this.assignment.get(topic, partition)?.moveTo(offset)
    }
    await this.#handover.assign(without(partitions, owned))
  }

  /** Leaves the group, stays open. */
  async unsubscribe(options: LeaveOptions): Promise<void> {
    this.subscription.set([])
    this.#isManual = false
    const membership = this.#membership
    this.#membership = undefined
    if (membership !== undefined) await membership.leave(options)
    else await this.#handover.revoke([...this.assignment.all()], 'the consumer unsubscribes')
  }

  /** Positions are to be found, or may be fetched from now on. */
  partitionsMoved(): void {
    this.#positions.wake()
    this.#fetcher.wake()
  }

  refetch(partitions: readonly TopicPartition[]): void {
    for (const partition of this.assignment.of(partitions)) this.intake.putBack(partition)
  }

  metrics(): ConsumerMetrics {
    const lags = [...this.assignment.all()].map((each) => each.lag(this.settings.isolationLevel))
    const known = lags.filter((lag) => lag !== undefined)
    return {
      groupId: this.settings.groupId,
      ...this.#counts,
      ...this.intake.polls(),
      bufferedBytes: this.#buffer.bytes,
      assignedPartitions: this.assignment.size,
      lag: known.length === 0 ? undefined : known.reduce((sum, lag) => sum + lag, 0),
      connections: { ...this.cluster.watch.counts },
    }
  }

  close(options: LeaveOptions): Promise<void> {
    this.#closing ??= this.#close(options)
    return this.#closing
  }

  async #close({ timeoutMs, tellGroup }: LeaveOptions): Promise<void> {
    this.intake.close()
    this.subscription.close()
    // A part of the time is for the commit and the goodbye.
    this.#handover.hurryAfter(timeoutMs * 0.7)
    const late = this.cluster.wheel.sleep(timeoutMs, this.cluster.closed).catch(() => {})
    const gone = this.#giveUp({ timeoutMs, tellGroup }).catch((error) => {
      this.cluster.log.write('warn', 'the consumer was closed with an error', { err: error })
    })
    await Promise.race([gone, late])
    this.#committing.abort()
    this.#fetcher.close()
    this.cluster.close()
    this.#isGone = true
  }

  async #giveUp(options: LeaveOptions): Promise<void> {
    await this.#membership?.leave(options)
    await this.#handover.revoke([...this.assignment.all()], 'the consumer closes')
  }

  #arrived(): void {
    this.intake.arrived()
    this.#fetcher.wake()
  }

  #subscriptionChanged(): void {
    const { groupId } = this.settings
    if (groupId === undefined) {
      const message = 'a subscription needs the option groupId; without a group, assign partitions'
      throw new OttlaError('INVALID_ARGUMENT', { message })
    }
    if (this.#membership !== undefined) this.#membership.subscriptionChanged()
    else if (this.subscription.topics.length > 0) this.join()
  }

  /** Becomes a member of its group, whether there are topics or not. */
  join(): void {
    this.#membership ??= this.#joinGroup(this.settings.groupId!)
  }

  #joinGroup(groupId: string): Membership {
    this.intake.begin()
    return joinGroup({
      cluster: this.cluster,
      settings: { ...this.settings, groupId },
      watch: this.#watch,
      host: {
        topics: () => this.subscription.topics,
        owned: () => [...this.assignment.all()].map(({ topic, partition }) => ({ topic, partition })),
        revoke: (partitions, reason) => this.#handover.revoke(partitions, reason),
        assign: (partitions) => this.#handover.assign(partitions),
        lose: (partitions, reason) => this.#handover.lose(partitions, reason),
        rebalanced: (ms) => {
          this.#counts.rebalances++
          this.#counts.rebalanceMs += ms
          this.cluster.watch.timings.add('rebalance', ms)
        },
        troubled: (error) => this.intake.fail(error),
        ended: (error) => {
          // Whoever subscribes again joins anew.
          this.#membership = undefined
          this.subscription.close()
          this.intake.end(error)
        },
      },
    })
  }

  #startAutoCommit(): void {
    const { cluster, assignment, committer, settings } = this
    if (committer === undefined || !settings.autoCommit) return
    const failed = (error: OttlaError) => this.intake.fail(error)
    const parts = { cluster, assignment, committer, intervalMs: settings.autoCommitIntervalMs, failed }
    void autoCommit(parts, this.#committing.signal)
  }
}

const eitherOr = () =>
  new OttlaError('INVALID_ARGUMENT', { message: 'a consumer either subscribes to topics or is assigned partitions' })
