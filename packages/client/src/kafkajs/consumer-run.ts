import type { Cluster } from '../connection/cluster.ts'
import type { OffsetToCommit } from '../consumer/commit/committer.ts'
import { ConsumerEngine } from '../consumer/consumer-engine.ts'
import { type ConsumerSettings, consumerSettings } from '../consumer/consumer-options.ts'
import type { JoinedGroup } from '../consumer/consumer-watch.ts'
import type { FetchedChunk } from '../consumer/fetch/fetch-buffer.ts'
import { isRebalance } from '../consumer/membership/rebalance-errors.ts'
import type { AssignedPartition } from '../consumer/progress/assigned-partition.ts'
import { byTopic, partitionKey, type TopicPartition } from '../consumer/topic-partition.ts'
import { OttlaError } from '../ottla-error.ts'
import { FetchedBatch } from './batch.ts'
import { processBatch, processMessages, type RunTools } from './batch-processing.ts'
import type { CommittedElsewhere } from './committed-elsewhere.ts'
import { earliestOffset } from './consumer-checks.ts'
import type { Instrumentation } from './instrumentation.ts'
import { OffsetBook } from './offset-book.ts'
import { wireAssignor } from './partition-assigner.ts'
import { PauseBook, type TopicWithPartitions } from './pause-book.ts'
import { Pauses, type RetrySettings, sleep } from './retrier.ts'
import { translated, translating } from './translated-error.ts'
import type { ConsumerConfig, ConsumerEvents, ConsumerRunConfig } from './types/consumer.ts'
import type { Assigner } from './types/group.ts'
import type { Logger } from './types/logging.ts'
import type { TopicOffsets, TopicPartitions } from './types/offsets.ts'
import { unpackedChunk } from './unpacked-chunk.ts'
import { watchCluster } from './watch-cluster.ts'

export interface ConsumerRunParts {
  /** Closed at the end. */
  readonly cluster: Cluster
  readonly consumer: ConsumerConfig
  readonly config: ConsumerRunConfig
  readonly topics: ReadonlyMap<string, { readonly fromBeginning: boolean }>
  readonly assigners: readonly Assigner[]
  readonly retry: RetrySettings
  readonly logger: Logger
  readonly instrumentation: Instrumentation<ConsumerEvents>
  readonly committed: CommittedElsewhere
  /** It goes no further. */
  readonly crashed: (error: Error) => void
}

const closeMs = 5_000

/** Of errors that a consumer gets over by joining its group again. */
const isRebalancing = (error: Error): boolean =>
  error instanceof OttlaError ? isRebalance(error) : (error as { type?: string }).type === 'REBALANCE_IN_PROGRESS'

/**
 * A consumer from `run` to `stop`: this client's consumer, with the handlers, offsets and events of kafkajs.
 *   joining   the group has not let it in.     joined -> running; refused -> crashed
 *   running   batches go to handlers.          a handler fails -> a pause, then again; too often -> crashed; stop -> over
 */
export class ConsumerRun {
  readonly #parts: ConsumerRunParts
  readonly #engine: ConsumerEngine
  readonly #offsets = new OffsetBook()
  readonly #pauses = new PauseBook()
  /** Where to go on in partitions, once they are assigned. */
  readonly #seeks = new Map<string, TopicPartition & { readonly offset: number }>()
  /** Partitions that were sent to one end of the log. */
  readonly #resets = new Map<string, 'earliest' | 'latest'>()
  readonly #busy = new Map<AssignedPartition, Promise<void>>()
  readonly #tools: RunTools
  #isRunning = true
  #isReachable = true
  readonly #stopping = new AbortController()
  #joined: () => void = () => {}
  #working: Promise<void> = Promise.resolve()
  #retries: Pauses
  #lastCommitMs = 0
  #lastFetchMs = 0
  #breathedMs = 0

  constructor(parts: ConsumerRunParts) {
    this.#parts = parts
    this.#retries = this.#freshRetries()
    this.#engine = new ConsumerEngine(parts.cluster, this.#settings(), {
      joined: (joined) => this.#hasJoined(joined),
      rebalancing: () => this.#rebalancing(),
      heartbeatAnswered: () => this.#emit('consumer.heartbeat', this.#member),
      fetching: (brokerId) => this.#fetching(brokerId),
      fetched: (brokerId, durationMs) => this.#fetched(brokerId, durationMs),
    })
    this.#tools = this.#makeTools()
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Settles when the group has let it in, or it has crashed. */
  start(): Promise<void> {
    const { topics, committed, consumer, cluster, retry } = this.#parts
    const stopListening = committed.listen(consumer.groupId, (offsets) => this.#offsets.committed(offsets))
    return new Promise((resolve) => {
      this.#joined = resolve
      this.#engine.subscribe([...topics.keys()])
      // Without topics, too, as a pattern may have matched none: heartbeats then tell that the consumer lives.
      this.#engine.join()
      this.#working = this.#work().finally(() => {
        stopListening()
        resolve()
      })
      void this.#idleRounds()
      void watchCluster(cluster, retry, (error) => this.#clusterLost(error))
    })
  }

  /** Handlers finish; what they have processed is committed; the group is told. */
  async stop(): Promise<void> {
    this.#isRunning = false
    this.#stopping.abort()
    this.#engine.intake.wake()
    await this.#working
    await this.#engine.close({ timeoutMs: this.#isReachable ? closeMs : 0, tellGroup: this.#isReachable })
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#seeks.set(partitionKey(partition.topic, partition.partition), { ...partition, offset })
    this.#applySeeks()
  }

  pause(topics: readonly TopicWithPartitions[]): void {
    for (const each of topics) this.#pauses.pause(each)
    this.#applyPauses()
  }

  resume(topics: readonly TopicWithPartitions[]): void {
    for (const each of topics) this.#pauses.resume(each)
    this.#applyPauses()
    this.#engine.partitionsMoved()
    this.#engine.intake.wake()
  }

  paused(): TopicPartitions[] {
    const paused = [...this.#engine.assignment.all()].filter((each) => each.isPaused)
    return [...byTopic(paused)].map(([topic, partitions]) => ({ topic, partitions: partitions.sort((a, b) => a - b) }))
  }

  /** What a program commits itself. */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    if (offsets.length > 0) await this.#commit(offsets)
  }

  #settings(): ConsumerSettings {
    const { consumer, topics, assigners } = this.#parts
    const { sessionTimeout = 30_000, rebalanceTimeout = 60_000, heartbeatInterval = 3_000 } = consumer
    const { maxBytesPerPartition, minBytes, maxBytes = 10_485_760, maxWaitTimeInMs = 5_000, rackId } = consumer
    const options = {
      groupId: consumer.groupId,
      groupProtocol: 'classic',
      sessionTimeoutMs: sessionTimeout,
      rebalanceTimeoutMs: rebalanceTimeout,
      heartbeatIntervalMs: heartbeatInterval,
      fetchMinBytes: minBytes,
      fetchMaxWaitMs: maxWaitTimeInMs,
      fetchMaxBytes: maxBytes,
      fetchMaxBytesPerPartition: maxBytesPerPartition,
      prefetchBytes: maxBytes,
      isolationLevel: consumer.readUncommitted === true ? 'read_uncommitted' : 'read_committed',
      rackId: rackId || undefined,
      autoCommit: false,
      onPartitionsAssigned: () => this.#assigned(),
      onPartitionsRevoked: (partitions: readonly TopicPartition[]) => this.#revoked(partitions),
      onPartitionsLost: (partitions: readonly TopicPartition[]) => this.#forget(partitions),
    }
    const subscription = [...topics.keys()]
    return {
      ...consumerSettings(options as object, this.#parts.cluster.settings),
      assignors: assigners.map((assigner) => wireAssignor(assigner, () => subscription)),
      offsetResetOf: (partition) => this.#resetOf(partition),
    }
  }

  #resetOf({ topic, partition }: TopicPartition): 'earliest' | 'latest' {
    const fromBeginning = this.#parts.topics.get(topic)?.fromBeginning === true
    return this.#resets.get(partitionKey(topic, partition)) ?? (fromBeginning ? 'earliest' : 'latest')
  }

  #makeTools(): RunTools {
    const run = this
    const { config, logger } = this.#parts
    return {
      get isRunning() {
        return run.#isRunning
      },
      config,
      logger: logger.namespace('Runner'),
      pause: ({ topic, partition }) => {
        const one = [{ topic, partitions: [partition] }]
        this.pause(one)
        return () => this.resume(one)
      },
      resolve: (partition, nextOffset) => this.#offsets.resolve(partition, nextOffset),
      commit: (offsets) => this.#commitTopics(offsets?.topics ?? this.#offsets.uncommitted()),
      autoCommit: () => this.#autoCommit(),
      commitIfNecessary: () => this.#commitIfNecessary(),
      uncommitted: () => ({ topics: this.#offsets.uncommitted() }),
      breathe: () => this.#breathe(),
    }
  }

  async #work(): Promise<void> {
    while (this.#isRunning) {
      try {
        await this.#handOut()
      } catch (error) {
        if (!this.#isRunning) return
        const why = translated(error)
        if (isRebalancing(why)) continue
        try {
          await this.#pause(this.#retries.after(why))
        } catch (crash) {
          if (this.#isRunning) this.#parts.crashed(crash as Error)
          return
        }
      }
    }
  }

  /** Ends early when it stops. */
  async #pause(ms: number): Promise<void> {
    await this.#engine.cluster.wheel.sleep(ms, this.#stopping.signal).catch(() => {})
  }

  /** Gives batches to handlers until it is stopped, or one of them fails: then it waits for the others, and throws. */
  async #handOut(): Promise<void> {
    const { intake } = this.#engine
    const { partitionsConsumedConcurrently: concurrency = 1 } = this.#parts.config
    const failures: unknown[] = []
    try {
      while (this.#isRunning && failures.length === 0) {
        const chunk = this.#busy.size < concurrency ? intake.take((each) => !this.#busy.has(each)) : undefined
        if (chunk === undefined) await intake.change()
        else this.#begin(chunk, failures)
      }
    } finally {
      await Promise.all(this.#busy.values())
    }
    if (failures.length > 0) throw failures[0]
  }

  #begin(chunk: FetchedChunk, failures: unknown[]): void {
    const { partition } = chunk
    partition.enter()
    const work = this.#process(chunk)
      .then(() => {
        this.#retries = this.#freshRetries()
      })
      .catch((error) => {
        failures.push(error)
      })
      .finally(() => {
        this.#goOn(chunk)
        partition.leave()
        this.#busy.delete(partition)
        this.#engine.intake.wake()
      })
    this.#busy.set(partition, work)
  }

  async #process(chunk: FetchedChunk): Promise<void> {
    const { partition, topicId, fromOffset, nextOffset, batches } = chunk
    const { eachMessage, eachBatch } = this.#parts.config
    this.#resets.delete(partitionKey(partition.topic, partition.partition))
    this.#offsets.begin(partition, topicId, fromOffset)
    partition.position = nextOffset
    partition.processedEpoch = batches.at(-1)?.partitionLeaderEpoch ?? partition.processedEpoch
    const batch = new FetchedBatch(await unpackedChunk(chunk))
    const { runtime } = this.#engine.cluster
    const beganMs = runtime.monotonic()
    const event = this.#batchEvent(batch)
    this.#emit('consumer.start_batch_process', event)
    if (batch.isEmpty()) this.#offsets.resolve(partition, nextOffset)
    else if (eachMessage) await processMessages(this.#tools, eachMessage, chunk, batch)
    else if (eachBatch) await processBatch(this.#tools, eachBatch, chunk, batch)
    const duration = Math.round(runtime.monotonic() - beganMs)
    this.#emit('consumer.end_batch_process', { ...event, duration })
    await this.#autoCommit()
  }

  #batchEvent(batch: FetchedBatch) {
    return {
      topic: batch.topic,
      partition: batch.partition,
      highWatermark: batch.highWatermark,
      offsetLag: batch.offsetLag(),
      offsetLagLow: batch.offsetLagLow(),
      batchSize: batch.messages.length,
      firstOffset: batch.firstOffset(),
      lastOffset: batch.lastOffset(),
    }
  }

  /** What was not resolved is handed out again. */
  #goOn(chunk: FetchedChunk): void {
    const { partition, turn, fromOffset, nextOffset } = chunk
    if (turn !== partition.turn) return
    const resolved = this.#offsets.resolved(partition) ?? fromOffset
    partition.progress.advance(resolved)
    if (resolved === nextOffset) return
    const isWithin = resolved >= fromOffset && resolved < nextOffset
    if (isWithin) this.#engine.intake.giveBack(chunk, resolved)
    else this.#engine.intake.rewind(partition)
    this.#engine.partitionsMoved()
  }

  async #autoCommit(): Promise<void> {
    if (this.#parts.config.autoCommit !== false) await this.#commitTopics(this.#offsets.uncommitted())
  }

  async #commitIfNecessary(): Promise<void> {
    const { autoCommitInterval: intervalMs, autoCommitThreshold: count } = this.#parts.config
    const isTime = intervalMs != null && this.#engine.cluster.runtime.monotonic() >= this.#lastCommitMs + intervalMs
    const isEnough = count != null && this.#offsets.uncommittedCount >= count
    if (isTime || isEnough) await this.#commitTopics(this.#offsets.uncommitted())
  }

  async #commitTopics(topics: readonly TopicOffsets[]): Promise<void> {
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition: Number(partition), offset: Number(offset) })),
    )
    if (offsets.length > 0) await this.#commit(offsets, topics)
    this.#lastCommitMs = this.#engine.cluster.runtime.monotonic()
  }

  async #commit(
    offsets: readonly OffsetToCommit[],
    topics: readonly TopicOffsets[] = topicsOf(offsets),
  ): Promise<void> {
    const member = this.#member
    const ofTopics = offsets.map((each) => ({ ...each, topicId: this.#offsets.topicId(each) }))
    await translating(this.#engine.committer!.commit(ofTopics))
    this.#offsets.committed(topics)
    this.#emit('consumer.commit_offsets', { ...member, topics })
  }

  /** Partitions have come. */
  #assigned(): void {
    this.#applyPauses()
    this.#applySeeks()
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      if (this.#parts.config.autoCommit !== false) await this.#commitTopics(this.#offsets.uncommitted(partitions))
    } catch (error) {
      const { message } = error as Error
      this.#parts.logger.warn('Offsets were not committed before partitions were given up', { error: message })
    }
    this.#forget(partitions)
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#offsets.forget(each)
  }

  #applyPauses(): void {
    for (const each of this.#engine.assignment.all()) each.isPaused = this.#pauses.isPaused(each.topic, each.partition)
  }

  #applySeeks(): void {
    for (const [key, { topic, partition, offset }] of this.#seeks) {
      const assigned = this.#engine.assignment.get(topic, partition)
      if (assigned === undefined || assigned.isLeaving) continue
      this.#seeks.delete(key)
      this.#offsets.forget(assigned)
      if (offset < 0) {
        this.#resets.set(key, offset === earliestOffset ? 'earliest' : 'latest')
        assigned.lose('reset')
      } else {
        assigned.moveTo(offset)
        this.#commitSeek({ topic, partition, offset })
      }
    }
    this.#engine.partitionsMoved()
    this.#engine.intake.wake()
  }

  /** As in kafkajs: where to go on is what the group has committed. */
  #commitSeek(offset: OffsetToCommit): void {
    if (this.#parts.config.autoCommit === false) return
    this.#engine.committer!.commit([offset]).catch((error) => {
      this.#parts.logger.warn('The offset that was sought is not committed', { ...offset, error: error.message })
    })
  }

  #fetching(brokerId: number): void {
    this.#emit('consumer.fetch_start', { nodeId: String(brokerId) })
  }

  #fetched(brokerId: number, durationMs: number): void {
    this.#lastFetchMs = this.#engine.cluster.runtime.monotonic()
    // kafkajs stopped counting batches, and gives 0.
    const payload = { numberOfBatches: 0, duration: Math.round(durationMs), nodeId: String(brokerId) }
    this.#emit('consumer.fetch', payload)
  }

  /** kafkajs tells of its rounds also when there is nothing to fetch; programs look at that to see that it lives. */
  async #idleRounds(): Promise<void> {
    const { cluster, settings } = this.#engine
    const { fetchMaxWaitMs: waitMs } = settings
    while (this.#isRunning) {
      await this.#pause(waitMs)
      const mayFetch = [...this.#engine.assignment.all()].some((each) => !each.isPaused)
      if (!this.#isRunning || mayFetch || this.#engine.member === undefined) continue
      if (cluster.runtime.monotonic() - this.#lastFetchMs < waitMs) continue
      for (const brokerId of cluster.image.brokers.keys()) {
        this.#fetching(brokerId)
        this.#fetched(brokerId, waitMs)
      }
    }
  }

  /** As in kafkajs, that ends the run. What waits for the cluster gives up, the commits of a run that ends among it. */
  #clusterLost(error: Error): void {
    this.#isReachable = false
    if (this.#isRunning) this.#parts.crashed(error)
    this.#parts.cluster.close()
  }

  #hasJoined({ memberId, leaderId, protocol, assigned, durationMs, generationId }: JoinedGroup): void {
    const { consumer, topics, logger } = this.#parts
    const { groupId } = consumer
    const wanted = assigned.filter(({ topic }) => topics.has(topic))
    this.#reportUnsubscribed(assigned, { groupId, generationId, memberId })
    const payload = {
      groupId,
      memberId,
      leaderId,
      isLeader: memberId === leaderId,
      memberAssignment: Object.fromEntries(byTopic(wanted)),
      groupProtocol: protocol,
      duration: Math.round(durationMs),
    }
    this.#emit('consumer.group_join', payload)
    logger.namespace('ConsumerGroup').info('Consumer has joined the group', payload)
    this.#joined()
  }

  #reportUnsubscribed(assigned: readonly TopicPartition[], member: object): void {
    const { topics, logger } = this.#parts
    const assignedTopics = [...byTopic(assigned).keys()]
    const topicsNotSubscribed = assignedTopics.filter((topic) => !topics.has(topic))
    if (topicsNotSubscribed.length === 0) return
    const payload = { ...member, assignedTopics, topicsSubscribed: [...topics.keys()], topicsNotSubscribed }
    this.#emit('consumer.received_unsubscribed_topics', payload)
    logger.namespace('ConsumerGroup').warn('Consumer group received unsubscribed topics', payload)
  }

  #rebalancing(): void {
    const { groupId, memberId } = this.#member
    this.#parts.logger.namespace('Runner').warn('The group is rebalancing, re-joining', { groupId, memberId })
    this.#emit('consumer.rebalancing', { groupId, memberId })
  }

  get #member() {
    const { memberId = '', epoch = -1 } = this.#engine.member ?? {}
    return { groupId: this.#parts.consumer.groupId, memberId, groupGenerationId: epoch }
  }

  /** A handler that never waits would keep heartbeats from being sent. */
  async #breathe(): Promise<void> {
    const { runtime } = this.#engine.cluster
    const nowMs = runtime.monotonic()
    if (nowMs - this.#breathedMs < this.#engine.settings.heartbeatIntervalMs / 3) return
    this.#breathedMs = nowMs
    await sleep(runtime, 0)
  }

  #freshRetries(): Pauses {
    return new Pauses(this.#parts.retry, this.#parts.cluster.runtime)
  }

  #emit(name: ConsumerEvents[keyof ConsumerEvents], payload: unknown): void {
    this.#parts.instrumentation.emit(name, payload)
  }
}

function topicsOf(offsets: readonly OffsetToCommit[]): TopicOffsets[] {
  const topics = new Map<string, TopicOffsets>()
  for (const { topic, partition, offset, metadata = null } of offsets) {
    if (!topics.has(topic)) topics.set(topic, { topic, partitions: [] })
    topics.get(topic)!.partitions.push({ partition, offset: String(offset), ...{ metadata } })
  }
  return [...topics.values()]
}
