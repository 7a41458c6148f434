import type { ClientOptions } from '../connection/client-options.ts'
import { Cluster } from '../connection/cluster.ts'
import { OttlaError } from '../ottla-error.ts'
import type { OffsetOfTopic, OffsetToCommit } from './commit/committer.ts'
import { ConsumerEngine } from './consumer-engine.ts'
import type { ConsumerMetrics } from './consumer-metrics.ts'
import { type ConsumerOptions, consumerSettings } from './consumer-options.ts'
import { ConsumerRecord } from './consumer-record.ts'
import { BatchIterator } from './deliver/batch-iterator.ts'
import type { ConsumerBatch } from './deliver/consumer-batch.ts'
import { type DeserializerOptions, type Deserializers, deserializersOf } from './deliver/deserializers.ts'
import { RecordIterator } from './deliver/record-iterator.ts'
import { RunByKey } from './deliver/run-by-key.ts'
import { batchHandler, recordHandler, runByPartition } from './deliver/run-by-partition.ts'
import type { RunOptions } from './deliver/run-options.ts'
import { tracedByBatch, tracedByRecord } from './diagnostics.ts'
import type { MemberIdentity } from './membership/membership.ts'
import { fetchCommitted, isCoordinatorLost } from './position/committed-offsets.ts'
import { earliestTimestamp, findOffsets, latestTimestamp } from './position/list-offsets.ts'
import type { AssignedPartition, CommittedOffset } from './progress/assigned-partition.ts'
import type { TopicsOrPatterns } from './subscription.ts'
import { type AssignablePartition, partitionKey, type TopicPartition } from './topic-partition.ts'

/** Options of a consumer and what it makes of keys and values. */
export interface TypedConsumerOptions<K, V> extends ConsumerOptions, DeserializerOptions<K, V> {}

/** How a consumer closes. */
export interface CloseOptions {
  /** Handlers, commit and goodbye have so long; then the consumer closes as it is. */
  readonly timeoutMs?: number
  /** Whether the group is told. Without it: yes, but for static members, which may come back. */
  readonly leaveGroup?: boolean
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number
}

export interface PartitionLag extends TopicPartition {
  /** Records that this consumer has not read yet. */
  readonly lag: number
}

const defaultCloseMs = 5_000

/**
 * Reads records, alone or as a member of a group:
 *
 *     const consumer = client.consumer({ groupId: 'billing', topics: 'orders' })
 *     for await (const record of consumer) await bill(record)
 *
 * At least once: what was processed is committed from time to time, before partitions are given up, and on `close`.
 */
export class Consumer<K = Buffer | null, V = Buffer | null> implements AsyncIterable<ConsumerRecord<K, V>> {
  readonly #engine: ConsumerEngine
  readonly #deserializers: Deserializers<K, V>

  /** @internal `client.consumer()` makes it. */
  constructor(client: ClientOptions, options: TypedConsumerOptions<K, V> = {}, cluster = new Cluster(client)) {
    // A cluster of its own: a join that waits for the other members, or a long fetch, must not hold up other clients.
    this.#engine = new ConsumerEngine(cluster, consumerSettings(options, client))
    this.#deserializers = deserializersOf(options)
    if (options.topics !== undefined) this.subscribe(options.topics)
  }

  /** Joins the group for these topics, or all that match a pattern, in place of those before. Does not wait. */
  subscribe(topics: TopicsOrPatterns): void {
    this.#open.subscribe(topics)
  }

  /** Gives up all partitions and leaves the group. */
  async unsubscribe(): Promise<void> {
    await this.#open.unsubscribe({ timeoutMs: defaultCloseMs, tellGroup: true })
  }

  /** Reads these partitions without a group's help, in place of those before, from `offset` where it is given. */
  async assign(partitions: readonly AssignablePartition[]): Promise<void> {
    await this.#open.assign(partitions)
  }

  /** The partitions that this consumer reads now. */
  get assignment(): TopicPartition[] {
    return [...this.#engine.assignment.all()].map(({ topic, partition }) => ({ topic, partition }))
  }

  /** Who this consumer is in its group; a transaction that commits its offsets needs it. */
  get member(): (MemberIdentity & { readonly groupId: string }) | undefined {
    const { member, settings } = this.#engine
    return member && { ...member, groupId: settings.groupId! }
  }

  /** The records one by one. Asking for the next one says that the one before is processed. */
  [Symbol.asyncIterator](): RecordIterator<K, V> {
    return new RecordIterator(this.#open.intake, this.#deserializers)
  }

  /** The records in batches, as they were fetched: for those who handle many at once. */
  batches(): AsyncIterableIterator<ConsumerBatch<K, V>> {
    return new BatchIterator(this.#open.intake, this.#deserializers)
  }

  /** Calls a handler for each record or batch, several at a time if that is asked for, until the consumer closes. */
  async run(options: RunOptions<K, V>): Promise<void> {
    const { intake, settings, cluster } = this.#open
    const { concurrency = 1, signal } = options
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw new OttlaError('INVALID_ARGUMENT', { message: `concurrency must be 1 or more, and is ${concurrency}` })
    const limits = { concurrency, signal }
    const owner = { clientId: cluster.settings.clientId, groupId: settings.groupId }
    if (options.eachBatch !== undefined) {
      const traced = tracedByBatch(options, owner)
      return runByPartition(intake, batchHandler(intake, traced, this.#deserializers), limits)
    }
    const traced = tracedByRecord(options, owner)
    if (options.orderedBy === 'key') return new RunByKey(intake, traced, this.#deserializers).run()
    return runByPartition(intake, recordHandler(intake, traced, this.#deserializers), limits)
  }

  /** The next record of the partition is the one at this offset. */
  seek({ topic, partition, offset }: TopicPartitionOffset): void {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new OttlaError('INVALID_ARGUMENT', { message: `not an offset: ${offset}`, topic, partition })
    this.#assigned({ topic, partition }).moveTo(offset)
    this.#engine.partitionsMoved()
  }

  /** To the first record in the log. Without partitions: all that are assigned. */
  seekToBeginning(partitions: readonly TopicPartition[] = this.assignment): Promise<void> {
    return this.#seekTo(partitions, earliestTimestamp)
  }

  /** Behind the last record. */
  seekToEnd(partitions: readonly TopicPartition[] = this.assignment): Promise<void> {
    return this.#seekTo(partitions, latestTimestamp)
  }

  /** To the first record at or after a time; where there is none, behind the last. */
  seekToTime(time: Date | number, partitions: readonly TopicPartition[] = this.assignment): Promise<void> {
    return this.#seekTo(partitions, Number(time))
  }

  /** Hands out no more records of these partitions until `resume`; the consumer stays in the group. */
  pause(partitions: readonly TopicPartition[] = this.assignment): void {
    for (const each of partitions) this.#assigned(each).isPaused = true
    this.#engine.refetch(partitions)
  }

  /** Has paused partitions fetched and handed out again. */
  resume(partitions: readonly TopicPartition[] = this.assignment): void {
    for (const each of partitions) this.#assigned(each).isPaused = false
    this.#engine.partitionsMoved()
  }

  get paused(): TopicPartition[] {
    const paused = [...this.#engine.assignment.all()].filter((each) => each.isPaused)
    return paused.map(({ topic, partition }) => ({ topic, partition }))
  }

  /**
   * Commits what was processed so far; or these offsets, the next to be read; or a record as processed, with all before
   * it in its partition. Settles when the group's coordinator has stored them.
   */
  async commit(what?: ConsumerRecord<K, V> | readonly OffsetToCommit[]): Promise<void> {
    const { committer, assignment } = this.#open
    if (committer === undefined)
      throw new OttlaError('INVALID_ARGUMENT', { message: 'committing needs the option groupId' })
    if (what === undefined) await committer.commitProcessed(assignment.all())
    else await committer.commit(what instanceof ConsumerRecord ? [behind(what)] : what.map(behind))
  }

  /** What the group has committed; undefined where it has nothing. */
  async committed(
    partitions: readonly TopicPartition[] = this.assignment,
  ): Promise<(TopicPartition & { readonly committed: CommittedOffset | undefined })[]> {
    const { cluster, settings } = this.#open
    const { groupId } = settings
    if (groupId === undefined)
      throw new OttlaError('INVALID_ARGUMENT', { message: 'committed offsets need the option groupId' })
    const options = {
      what: `reading the offsets of group ${groupId}`,
      beforeRetry: (error: OttlaError) => {
        if (isCoordinatorLost(error)) cluster.forgetCoordinator('group', groupId)
      },
    }
    return cluster.retry(options, async () => {
      const found = await fetchCommitted(cluster, groupId, this.#engine.member, partitions)
      return partitions.map(({ topic, partition }) => {
        const committed = found.get(partitionKey(topic, partition))
        if (committed instanceof OttlaError) throw committed
        return { topic, partition, committed }
      })
    })
  }

  /** Offset of the next record to be handed out, or undefined while it is being looked for. */
  position(partition: TopicPartition): number | undefined {
    const { missing, position } = this.#assigned(partition)
    return missing === 'nothing' || missing === 'validate' ? position : undefined
  }

  /** How far this consumer is behind, for the partitions of which that is known: after the first fetch. */
  lag(): PartitionLag[] {
    const { assignment, settings } = this.#engine
    return [...assignment.all()].flatMap((each) => {
      const lag = each.lag(settings.isolationLevel)
      return lag === undefined ? [] : [{ topic: each.topic, partition: each.partition, lag }]
    })
  }

  /** What it has done so far, and how it stands. */
  metrics(): ConsumerMetrics {
    return this.#engine.metrics()
  }

  /** Offsets of the first records in the log. */
  beginningOffsets(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return this.#findOffsets(partitions, earliestTimestamp)
  }

  /** Offsets behind the last records. */
  endOffsets(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return this.#findOffsets(partitions, latestTimestamp)
  }

  /** Offsets of the first records at or after a time; -1 where there is none. */
  offsetsForTime(time: Date | number, partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    return this.#findOffsets(partitions, Number(time))
  }

  /**
   * Ends iterations and runs, lets handlers finish (their signals fire), commits what was processed, leaves the group and
   * closes all connections. Settles within its time-out, whatever brokers and handlers do; never rejects.
   */
  close({ timeoutMs = defaultCloseMs, leaveGroup }: CloseOptions = {}): Promise<void> {
    const tellGroup = leaveGroup ?? this.#engine.settings.groupInstanceId === undefined
    return this.#engine.close({ timeoutMs, tellGroup })
  }

  /** `close` has settled. */
  get isClosed(): boolean {
    return this.#engine.isGone
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #open(): ConsumerEngine {
    if (this.#engine.isClosed) throw new OttlaError('CLIENT_CLOSED')
    return this.#engine
  }

  #assigned({ topic, partition }: TopicPartition): AssignedPartition {
    const assigned = this.#open.assignment.get(topic, partition)
    if (assigned !== undefined) return assigned
    throw new OttlaError('INVALID_ARGUMENT', {
      message: 'the partition is not assigned to this consumer',
      topic,
      partition,
    })
  }

  async #seekTo(partitions: readonly TopicPartition[], timestamp: number): Promise<void> {
    const assigned = partitions.map((each) => this.#assigned(each))
    const turns = assigned.map((each) => each.turn)
    const found = await this.#findOffsets(partitions, timestamp)
    const late = found.filter(({ offset }) => offset < 0)
    const ends = late.length === 0 ? [] : await this.#findOffsets(late, latestTimestamp)
    const offsets = new Map([...found, ...ends].map((each) => [partitionKey(each.topic, each.partition), each.offset]))
    assigned.forEach((each, index) => {
      // Another seek meanwhile is newer than this one.
      if (each.turn === turns[index]) each.moveTo(offsets.get(partitionKey(each.topic, each.partition))!)
    })
    this.#engine.partitionsMoved()
  }

  async #findOffsets(partitions: readonly TopicPartition[], timestamp: number): Promise<TopicPartitionOffset[]> {
    const { cluster, settings } = this.#open
    const questions = partitions.map(({ topic, partition }) => ({ topic, partition, timestamp }))
    const found = await findOffsets(cluster, questions, settings.isolationLevel)
    return partitions.map(({ topic, partition }) => {
      return { topic, partition, offset: found.get(partitionKey(topic, partition))!.offset }
    })
  }
}

/** A record stands for the offset behind it: that is where the group goes on. */
const behind = (what: OffsetToCommit | ConsumerRecord<any, any>): OffsetOfTopic => {
  if (!(what instanceof ConsumerRecord)) return what
  const { topic, partition, offset, leaderEpoch } = what
  return { topic, topicId: ConsumerRecord.topicIdOf(what), partition, offset: offset + 1, leaderEpoch }
}
