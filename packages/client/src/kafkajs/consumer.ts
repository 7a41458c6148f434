import type { Timer } from '@ottla/runtime'
import { ClusterFacade } from './cluster-facade.ts'
import type { CommittedElsewhere } from './committed-elsewhere.ts'
import type { ConnectedCluster } from './connected-cluster.ts'
import { checkPartitions, offsetToCommit, soughtOffset, subscribed } from './consumer-checks.ts'
import { ConsumerRun } from './consumer-run.ts'
import { KafkaJSNonRetriableError } from './errors.ts'
import { describedGroups } from './group-descriptions.ts'
import type { Instrumentation } from './instrumentation.ts'
import { PartitionAssigners } from './partition-assigner.ts'
import { foundTopic } from './sending.ts'
import { isError, translated } from './translated-error.ts'
import type {
  Consumer,
  ConsumerConfig,
  ConsumerEvents,
  ConsumerRunConfig,
  ConsumerSubscribeTopic,
  ConsumerSubscribeTopics,
} from './types/consumer.ts'
import type { Assigner, GroupDescription } from './types/group.ts'
import type { Logger } from './types/logging.ts'

export const consumerEvents: ConsumerEvents = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN: 'consumer.group_join',
  FETCH: 'consumer.fetch',
  FETCH_START: 'consumer.fetch_start',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  RECEIVED_UNSUBSCRIBED_TOPICS: 'consumer.received_unsubscribed_topics',
  REQUEST: 'consumer.network.request',
  REQUEST_TIMEOUT: 'consumer.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'consumer.network.request_queue_size',
}

export interface ConsumerParts {
  readonly cluster: ConnectedCluster
  readonly config: ConsumerConfig
  readonly logger: Logger
  readonly rootLogger: Logger
  readonly committed: CommittedElsewhere
  readonly instrumentation: Instrumentation<ConsumerEvents>
}

/**
 * The life of a consumer of kafkajs.
 *   idle      subscribes.                                                  run -> running
 *   running   batches go to handlers.                                      stop, disconnect -> idle; crash -> crashed
 *   crashed   disconnected; begins again by itself if that may help.       its time has come -> running; stop -> idle
 */
export class KafkaConsumer {
  readonly #parts: ConsumerParts
  readonly #assigners: Assigner[]
  readonly #topics = new Map<string, { readonly fromBeginning: boolean }>()
  #run: ConsumerRun | undefined
  /** From the call of `run` on, though it may wait for its connection. */
  #config: ConsumerRunConfig | undefined
  #waiting: ((run: ConsumerRun) => void)[] = []
  #stopping: Promise<void> | undefined
  #restart: Timer | undefined

  constructor(parts: ConsumerParts) {
    const { config, cluster, logger } = parts
    const { groupId, partitionAssigners = [PartitionAssigners.roundRobin] } = config
    const { sessionTimeout = 30_000, heartbeatInterval = 3_000 } = config
    if (!groupId) throw new KafkaJSNonRetriableError('Consumer groupId must be a non-empty string.')
    this.#parts = parts
    const facade = new ClusterFacade(cluster).api()
    this.#assigners = partitionAssigners.map((create) => create({ groupId, logger, cluster: facade }))
    if (heartbeatInterval < sessionTimeout) return
    throw new KafkaJSNonRetriableError(
      `Consumer heartbeatInterval (${heartbeatInterval}) must be lower than sessionTimeout (${sessionTimeout}). It is recommended to set heartbeatInterval to approximately a third of the sessionTimeout.`,
    )
  }

  /** Its functions may be taken from it and called alone, as those of kafkajs. */
  api(): Consumer {
    const { logger, instrumentation } = this.#parts
    return {
      connect: () => this.#connect(),
      disconnect: () => this.#disconnect(),
      subscribe: async (subscription) => this.#subscribe(subscription),
      stop: () => this.#stop(),
      run: async (config = {}) => this.#begin(config),
      commitOffsets: async (offsets = []) => {
        const wanted = offsets.map(offsetToCommit)
        this.#mustRun()
        if (this.#run?.isRunning === true) await this.#run.commit(wanted)
      },
      seek: (wanted) => {
        const offset = soughtOffset(wanted)
        const partition = { topic: wanted.topic, partition: Number(wanted.partition) }
        this.#withRun((run) => run.seek(partition, offset))
      },
      describeGroup: () => this.#describeGroup(),
      pause: (topics = []) => {
        checkPartitions(topics, 'pause')
        this.#withRun((run) => run.pause(topics))
      },
      paused: () => this.#run?.paused() ?? [],
      resume: (topics = []) => {
        checkPartitions(topics, 'resume')
        this.#withRun((run) => run.resume(topics))
      },
      on: instrumentation.on as Consumer['on'],
      logger: () => logger,
      events: consumerEvents,
    }
  }

  async #connect(): Promise<void> {
    await this.#parts.cluster.connect()
    this.#parts.instrumentation.emit('consumer.connect')
  }

  async #disconnect(): Promise<void> {
    const { cluster, instrumentation } = this.#parts
    await this.#stop()
    cluster.disconnect()
    instrumentation.emit('consumer.disconnect')
  }

  /** Those who come while it stops wait with it. */
  #stop(): Promise<void> {
    this.#stopping ??= this.#stopNow().finally(() => {
      this.#stopping = undefined
    })
    return this.#stopping
  }

  async #stopNow(): Promise<void> {
    const { instrumentation, logger, config } = this.#parts
    this.#restart?.cancel()
    const isRunning = this.#config !== undefined
    const run = this.#run
    this.#config = undefined
    this.#waiting = []
    await run?.stop()
    this.#run = undefined
    if (isRunning) instrumentation.emit('consumer.stop')
    logger.info('Stopped', { groupId: config.groupId })
  }

  async #subscribe(subscription: ConsumerSubscribeTopics | ConsumerSubscribeTopic): Promise<void> {
    if (this.#config !== undefined)
      throw new KafkaJSNonRetriableError('Cannot subscribe to topic while consumer is running')
    const wanted = subscribed(subscription)
    const { fromBeginning = false } = subscription
    const names = await this.#namesOf(wanted)
    for (const name of names) this.#topics.set(name, { fromBeginning })
    const cluster = await this.#parts.cluster.current()
    for (const name of names)
      if (cluster.knownTopic(name) === undefined) await foundTopic(cluster, this.#parts.cluster.retry, name)
  }

  /** A pattern stands for the topics that match it now. */
  async #namesOf(wanted: readonly (string | RegExp)[]): Promise<string[]> {
    if (wanted.every((each) => typeof each === 'string')) return [...wanted]
    const cluster = await this.#parts.cluster.current()
    const all = (await cluster.allTopics()).map(({ name }) => name)
    return wanted.flatMap((each) => (typeof each === 'string' ? [each] : all.filter((name) => name.search(each) >= 0)))
  }

  async #begin(config: ConsumerRunConfig): Promise<void> {
    const { logger } = this.#parts
    const { groupId } = this.#parts.config
    if (this.#config !== undefined) {
      logger.warn('consumer#run was called, but the consumer is already running', { groupId })
      return
    }
    await this.#start(config)
  }

  async #start(config: ConsumerRunConfig): Promise<void> {
    const { cluster, config: consumer, logger, rootLogger, instrumentation, committed } = this.#parts
    this.#config = config
    logger.info('Starting', { groupId: consumer.groupId })
    let crashing: Promise<void> | undefined
    try {
      const connected = await cluster.current()
      if (this.#config !== config) return
      instrumentation.emit('consumer.connect')
      this.#run = new ConsumerRun({
        cluster: connected,
        consumer,
        config,
        topics: new Map(this.#topics),
        assigners: this.#assigners,
        retry: cluster.retry,
        logger: rootLogger,
        instrumentation,
        committed,
        crashed: (error) => {
          crashing = this.#crashed(error, config)
        },
      })
    } catch (error) {
      await this.#crashed(translated(error), config)
      return
    }
    for (const act of this.#waiting.splice(0)) act(this.#run)
    await this.#run.start()
    // One that was not let in has crashed by now.
    await crashing
  }

  async #crashed(error: Error, config: ConsumerRunConfig): Promise<void> {
    const { logger, config: consumer, instrumentation, cluster } = this.#parts
    const { groupId } = consumer
    const { retryCount, retryTime = cluster.retry.initialRetryTime } = error as {
      retryCount?: number
      retryTime?: number
    }
    logger.error(`Crash: ${error.name}: ${error.message}`, { groupId, retryCount, stack: error.stack })
    await this.#disconnect()
    const restart = await this.#shallRestart(error)
    instrumentation.emit('consumer.crash', { error, groupId, restart })
    if (!restart) return
    logger.error(`Restarting the consumer in ${retryTime}ms`, { retryCount, retryTime, groupId })
    this.#restart = cluster.runtime.timer(retryTime, () => void this.#start(config))
  }

  async #shallRestart(error: Error): Promise<boolean> {
    const { logger, config } = this.#parts
    if (error.name !== 'KafkaJSNumberOfRetriesExceeded' && !isRetriable(error)) return false
    try {
      return (await config.retry?.restartOnFailure?.(error)) ?? true
    } catch (failure) {
      const why = 'Caught error when invoking user-provided "restartOnFailure" callback. Defaulting to restarting.'
      const { message } = failure as Error
      logger.error(why, { error: message, cause: error.message, groupId: config.groupId })
      return true
    }
  }

  async #describeGroup(): Promise<GroupDescription> {
    const { cluster, config } = this.#parts
    const described = await cluster.retrying((connected) => describedGroups(connected, [config.groupId]))
    return described.groups.find(({ groupId }) => groupId === config.groupId)!
  }

  #mustRun(): void {
    if (this.#config === undefined)
      throw new KafkaJSNonRetriableError('Consumer group was not initialized, consumer#run must be called first')
  }

  /** At once, or as soon as the run that was begun has its connection. */
  #withRun(act: (run: ConsumerRun) => void): void {
    this.#mustRun()
    if (this.#run !== undefined) act(this.#run)
    else this.#waiting.push(act)
  }
}

/** The error that all began with decides. */
function isRetriable(error: Error): boolean {
  let root = error
  while (isError(root.cause)) root = root.cause
  return (root as { retriable?: boolean }).retriable === true
}
