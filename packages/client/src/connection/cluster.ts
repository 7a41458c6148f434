import { setMaxListeners } from 'node:events'
import {
  type Decoded,
  type Message,
  metadataRequest,
  metadataResponse,
  type Partially,
  zeroUuid,
} from '@ottla/protocol'
import type { Log, Runtime } from '@ottla/runtime'
import { asOttlaError, OttlaError } from '../ottla-error.ts'
import { bootstrapAddresses } from './addresses.ts'
import type { BrokerConnection, SendOptions } from './broker-connection.ts'
import { type ClientOptions, type ConnectionSettings, connectionSettings } from './client-options.ts'
import { ConnectionPool, type Lane } from './connection-pool.ts'
import { Connector } from './connector.ts'
import { Coordinators, type CoordinatorType } from './coordinators.ts'
import { ConnectionWatch } from './diagnostics.ts'
import type { Endpoint } from './endpoint.ts'
import type { BrokerNode, MetadataImage, PartitionMetadata, TopicMetadata } from './metadata.ts'
import { MetadataCache } from './metadata-cache.ts'
import type { RequestWatch } from './request-watch.ts'
import { type RetryOptions, type RetryTools, retry } from './retry.ts'
import { TimerWheel } from './timer-wheel.ts'

export interface RequestOptions extends SendOptions {
  readonly lane?: Lane
}

/** `timeoutMs` is for the whole operation, retries included. */
export interface OperationOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** A broker will not let this client in. */
const refusalNames = new Set<string>(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM'])

/**
 * A cluster as its clients see it: its brokers and the connections to them, who leads which partition, who coordinates
 * which group. Producer, consumer and admin stand on it.
 */
export class Cluster {
  readonly settings: ConnectionSettings
  readonly runtime: Runtime
  readonly log: Log
  readonly watch: ConnectionWatch
  /** For every deadline and pause of the client. */
  readonly wheel: TimerWheel
  /** Aborted when the client is closed. */
  readonly closed: AbortSignal
  readonly #closing = new AbortController()
  readonly #tools: RetryTools
  readonly #pool: ConnectionPool
  readonly #metadata: MetadataCache
  readonly #coordinators: Coordinators
  #connected: (connection: BrokerConnection) => void = () => {}

  constructor(options: ClientOptions, requests?: RequestWatch) {
    this.settings = connectionSettings(options)
    this.runtime = this.settings.runtime
    this.log = this.settings.log
    this.watch = new ConnectionWatch(this.log, this.settings.clientId, requests)
    this.wheel = new TimerWheel(this.runtime)
    this.closed = this.#closing.signal
    // Everything that waits listens to it, and a hundred things may wait at a time: that is no leak.
    setMaxListeners(0, this.closed)
    const backoff = { firstMs: this.settings.retryBackoffMs, maxMs: this.settings.retryBackoffMaxMs }
    const { runtime, wheel, watch, closed } = this
    this.#tools = { runtime, wheel, backoff, closed, retrying: (what, error) => watch.retrying(what, error) }
    const connector = new Connector(this.settings, wheel, watch)
    this.#pool = new ConnectionPool({
      runtime: this.runtime,
      wheel: this.wheel,
      connector,
      backoff,
      opened: (connection, lane) => {
        if (lane === 'main' || lane === 'bootstrap') this.#connected(connection)
      },
    })
    this.#metadata = new MetadataCache({
      runtime: this.runtime,
      wheel: this.wheel,
      maxAgeMs: this.settings.metadataMaxAgeMs,
      ask: (topics) => this.#askMetadata(topics, this.settings.allowAutoTopicCreation),
      changed: (image) => this.#pool.keepOnly([...image.brokers.values()]),
    })
    this.#coordinators = new Coordinators(this)
  }

  /** Calls `listener` with each new connection on which requests are answered soon: that of no fetch, no join. */
  onConnection(listener: (connection: BrokerConnection) => void): void {
    this.#connected = listener
  }

  /** What is known now. */
  get image(): MetadataImage {
    return this.#metadata.image
  }

  /** Calls `listener` after each refresh, until the result is called. */
  onMetadata(listener: (image: MetadataImage) => void): () => void {
    return this.#metadata.onChange(listener)
  }

  /** Asks the cluster anew, about the topics in use. Callers that come together share a request. */
  refresh(): Promise<void> {
    return this.#metadata.refresh()
  }

  /** A topic, asked for if it is not known; waits while the cluster does not know it yet. From then on it is in use. */
  async topic(name: string, options: OperationOptions = {}): Promise<TopicMetadata> {
    this.#metadata.use(name)
    const known = this.image.topics.get(name)
    if (known !== undefined) return known
    return this.retry({ what: `looking for topic ${name}`, ...options }, () => this.#metadata.find(name))
  }

  /** The topic as it is known now, if it is; keeps it in use. */
  knownTopic(name: string): TopicMetadata | undefined {
    this.#metadata.use(name)
    return this.image.topics.get(name)
  }

  /** The id of a topic as it is known now, in Kafka's text form; keeps it in use. `zeroUuid`: not known, or a broker before 2.8. */
  topicId(name: string): string {
    return this.knownTopic(name)?.id ?? zeroUuid
  }

  /** All topics of the cluster, asked for now. They do not get in use by it. */
  async allTopics(options: OperationOptions = {}): Promise<TopicMetadata[]> {
    return this.retry({ what: 'listing the topics', ...options }, () => this.#metadata.askAll())
  }

  /** The partition with its leader, or undefined while there is none, or it is not known. */
  leader(topic: string, partition: number): PartitionMetadata | undefined {
    const known = this.image.topics.get(topic)?.partitions[partition]
    return known !== undefined && this.image.brokers.has(known.leader) ? known : undefined
  }

  /** What a broker said of a partition's new leader (KIP-951); saves a refresh. */
  learnLeader(change: Parameters<MetadataCache['learnLeader']>[0], brokers: readonly BrokerNode[]): void {
    this.#metadata.learnLeader(change, brokers)
  }

  /** A connection to a broker of the cluster. Fails at once if that cannot be had: pauses are for the caller. */
  async connection(brokerId: number, lane: Lane = 'main'): Promise<BrokerConnection> {
    return this.#pool.get(this.#broker(brokerId), lane)
  }

  /** The same, if it is open already. */
  openConnection(brokerId: number, lane: Lane = 'main'): BrokerConnection | undefined {
    const broker = this.image.brokers.get(brokerId)
    return broker === undefined ? undefined : this.#pool.openConnection(broker, lane)
  }

  /** One request to one broker, not retried. */
  async send<Q extends Message<any>, R extends Message<any>>(
    brokerId: number,
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    options: RequestOptions = {},
  ): Promise<Decoded<R>> {
    const connection = await this.connection(brokerId, options.lane)
    return connection.send(request, response, body, options)
  }

  /** One request to whichever broker can be reached. */
  async sendToAny<Q extends Message<any>, R extends Message<any>>(
    request: Q,
    response: R,
    body: Partially<Decoded<Q>>,
    options: RequestOptions = {},
  ): Promise<Decoded<R>> {
    return (await this.anyConnection(options.lane)).send(request, response, body, options)
  }

  /** An open connection, or one to the first broker that can be reached; at last to a bootstrap server. */
  async anyConnection(lane: Lane = 'main'): Promise<BrokerConnection> {
    const brokers: Endpoint[] = [...this.image.brokers.values()]
    const open = brokers.map((broker) => this.#pool.openConnection(broker, lane)).filter((each) => each !== undefined)
    if (open.length > 0) return open.reduce((least, each) => (each.inFlightCount < least.inFlightCount ? each : least))
    const rested = brokers.filter((broker) => !this.#pool.isResting(broker, lane))
    try {
      return await this.#firstReachable(rested, lane)
    } catch {
      const { bootstrap } = this.settings
      return this.#firstReachable(await bootstrapAddresses(bootstrap, this.runtime), 'bootstrap')
    }
  }

  /** The broker to send to what a controller does; with KRaft any broker passes it on. Asked for once, if it is not known. */
  async controller(): Promise<number> {
    if (!this.image.brokers.has(this.image.controllerId)) await this.refresh()
    const { controllerId } = this.image
    if (this.image.brokers.has(controllerId)) return controllerId
    throw new OttlaError('BROKER_NOT_AVAILABLE', { message: 'the cluster has no controller now', retriable: true })
  }

  /** The broker that coordinates a group, a transactional id or a share partition; asked once, until it is forgotten. */
  coordinator(type: CoordinatorType, key: string, options: OperationOptions = {}): Promise<number> {
    return this.#coordinators.find(type, key, options)
  }

  /** The same without retries: for those who have their own. */
  coordinatorNow(type: CoordinatorType, key: string): Promise<number> {
    return this.#coordinators.findNow(type, key)
  }

  /** After NOT_COORDINATOR and the like, and when its connection is lost. */
  forgetCoordinator(type: CoordinatorType, key: string): void {
    this.#coordinators.forget(type, key)
  }

  /** A broker that an answer named; it may be missing in the metadata. */
  learnBroker(broker: BrokerNode): void {
    this.#metadata.learnBroker(broker)
  }

  /** Tries until it works, fails for good, or the time is up. */
  retry<T>(options: Omit<RetryOptions, 'timeoutMs'> & OperationOptions, attempt: () => Promise<T>): Promise<T> {
    return retry(this.#tools, { timeoutMs: this.settings.requestTimeoutMs * 2, ...options }, attempt)
  }

  /** Ends everything at once; what waits fails with CLIENT_CLOSED. */
  close(): void {
    this.#closing.abort()
    this.#metadata.close()
    this.#pool.close()
  }

  #broker(brokerId: number): BrokerNode {
    if (this.closed.aborted) throw new OttlaError('CLIENT_CLOSED')
    const broker = this.image.brokers.get(brokerId)
    if (broker !== undefined) return broker
    const message = `broker ${brokerId} is not in the cluster now`
    throw new OttlaError('BROKER_NOT_AVAILABLE', { message, broker: `(id ${brokerId})`, retriable: true })
  }

  async #firstReachable(endpoints: readonly Endpoint[], lane: Lane): Promise<BrokerConnection> {
    const failures: OttlaError[] = []
    for (const endpoint of endpoints) {
      try {
        return await this.#pool.get(endpoint, lane)
      } catch (error) {
        failures.push(asOttlaError(error))
      }
    }
    if (failures.length === 1) throw failures[0]
    // The others would get the same credentials, and no waiting makes them right.
    const refusal = failures.find(({ name }) => refusalNames.has(name))
    if (refusal !== undefined) throw refusal
    const message = failures.map((failure) => failure.message).join('; ')
    const retriable = failures.length === 0 || failures.some((failure) => failure.retriable)
    throw new OttlaError('NETWORK_EXCEPTION', { message, retriable, cause: failures.at(-1) })
  }

  async #askMetadata(topics: readonly string[] | null, allowAutoTopicCreation: boolean) {
    const body = { topics: topics?.map((name) => ({ name })) ?? null, allowAutoTopicCreation }
    return this.sendToAny(metadataRequest, metadataResponse, body)
  }
}
