import {
  type CompressionType,
  compression,
  compressionTypes,
  type GetTelemetrySubscriptionsResponse,
  getTelemetrySubscriptionsRequest,
  getTelemetrySubscriptionsResponse,
  pushTelemetryRequest,
  pushTelemetryResponse,
  zeroUuid,
} from '@ottla/protocol'
import type { Timer } from '@ottla/runtime'
import type { ClientMetrics } from '../client-metrics.ts'
import type { BrokerConnection } from '../connection/broker-connection.ts'
import { randomInteger } from '../connection/chance.ts'
import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, throwBrokerError } from '../ottla-error.ts'
import type { InstanceId } from './instance-id.ts'
import { Reporter } from './report.ts'
import { type TimedOwner, TimingSources } from './timing-sources.ts'

/** Where the cluster has not said how often to push. */
const defaultIntervalMs = 300_000
/** What a timer can do. */
const longestPauseMs = 2 ** 31 - 1
/** The last push holds up the end of a client by so much at most. */
const lastPushMs = 1_000
/** The cluster will never take what this client sends. */
const final = new Set(['UNSUPPORTED_VERSION', 'INVALID_REQUEST', 'INVALID_RECORD', 'INVALID_CONFIG'])
/** The subscription is another one now. */
const outdated = new Set(['UNKNOWN_SUBSCRIPTION_ID', 'UNSUPPORTED_COMPRESSION_TYPE'])

interface Subscription extends GetTelemetrySubscriptionsResponse {}

/**
 * Pushes a client's metrics to a cluster that asks for them (KIP-714):
 *
 *   idle        no connection to a broker that takes metrics.  a connection -> subscribing, or pushing
 *   subscribing                nothing is asked for -> subscribing, an interval later
 *                              an answer -> pushing, half an interval to one and a half later
 *   pushing                    taken -> pushing, an interval later
 *                              the subscription is outdated -> subscribing, at once
 *   either one                 refused for good -> over; any other failure -> subscribing, an interval later
 *   over        nothing more is sent.
 *
 * It uses connections that are open for other reasons, and never opens one.
 */
export class Telemetry {
  readonly #cluster: Cluster
  readonly #instanceId: InstanceId
  readonly #metrics: () => ClientMetrics
  readonly #reporter: Reporter
  readonly #timings = new TimingSources()
  /** Connections to brokers that take metrics, and whose they are. */
  readonly #connections = new Map<BrokerConnection, Cluster>()
  #subscription: Subscription | undefined
  #intervalMs = defaultIntervalMs
  /** The answer that came with the instance id has been used, whoever asked for it. */
  #hasAsked = false
  #isIdle = true
  #isOver = false
  #timer: Timer | undefined
  #work: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  /** The cluster is the client's own, whose connections stay to the end. */
  constructor(cluster: Cluster, instanceId: InstanceId, metrics: () => ClientMetrics) {
    this.#cluster = cluster
    this.#instanceId = instanceId
    this.#metrics = metrics
    this.#reporter = new Reporter(cluster.runtime, this.#timings)
    this.watch(cluster, { kind: 'producer', groupId: undefined })
  }

  /** Uses the connections of this one, too, and tells how long its requests take. */
  watch(cluster: Cluster, owner: TimedOwner): void {
    this.#timings.add(cluster, owner)
    cluster.onConnection((connection) => this.#offer(connection, cluster))
    cluster.closed.addEventListener('abort', () => this.#forget(cluster), { once: true })
  }

  /** All that it has to push on are connections of consumers, which end with them. */
  get standsOnConsumers(): boolean {
    const connection = this.#connection()
    return connection !== undefined && this.#connections.get(connection) !== this.#cluster
  }

  /** Pushes for the last time, if there is a subscription and a connection. Settles soon, whatever the broker does. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #offer(connection: BrokerConnection, cluster: Cluster): void {
    const apis = [getTelemetrySubscriptionsRequest, pushTelemetryRequest]
    if (this.#isOver || apis.some((api) => connection.versionOf(api) === undefined)) return
    for (const each of this.#connections.keys()) if (!each.isOpen) this.#connections.delete(each)
    this.#connections.set(connection, cluster)
    if (this.#isIdle) this.#goOn()
  }

  /** The error of a connection that was closed would keep the consumer that has closed it. */
  #forget(closed: Cluster): void {
    for (const [connection, cluster] of this.#connections) if (cluster === closed) this.#connections.delete(connection)
  }

  #connection(): BrokerConnection | undefined {
    const open = [...this.#connections].filter(([connection]) => connection.isOpen)
    return (open.find(([, cluster]) => cluster === this.#cluster) ?? open[0])?.[0]
  }

  #goOn(): void {
    this.#timer = undefined
    const connection = this.#connection()
    this.#isIdle = connection === undefined
    if (connection !== undefined) this.#work = this.#step(connection)
  }

  async #step(connection: BrokerConnection): Promise<void> {
    const pauseMs = await this.#attempt(connection).catch((error) => this.#failed(asOttlaError(error).name, error))
    if (this.#isOver) return
    this.#timer = this.#cluster.runtime.timer(Math.min(pauseMs, longestPauseMs), () => this.#goOn())
  }

  /** Returns after how long there is more to do. */
  async #attempt(connection: BrokerConnection): Promise<number> {
    if (this.#subscription !== undefined) {
      await this.#push(connection, this.#subscription, false)
      return this.#intervalMs
    }
    const subscription = await this.#subscribe(connection)
    this.#intervalMs = subscription.pushIntervalMs > 0 ? subscription.pushIntervalMs : defaultIntervalMs
    if (subscription.requestedMetrics.length === 0) return this.#intervalMs
    this.#subscription = subscription
    // Clients that have come together, or learn of a new subscription together, must not push together.
    return this.#intervalMs / 2 + randomInteger(this.#cluster.runtime, this.#intervalMs + 1)
  }

  async #subscribe(connection: BrokerConnection): Promise<Subscription> {
    const first = await this.#instanceId.get(() => askSubscription(connection, zeroUuid))
    if (this.#hasAsked) return askSubscription(connection, first.clientInstanceId)
    this.#hasAsked = true
    return first
  }

  async #push(connection: BrokerConnection, subscription: Subscription, terminating: boolean): Promise<void> {
    const { clientInstanceId, subscriptionId, acceptedCompressionTypes, telemetryMaxBytes } = subscription
    const report = this.#reporter.report(this.#metrics(), subscription)
    const { compressionType, metrics } = await compressed(report.bytes, acceptedCompressionTypes)
    if (metrics.length > telemetryMaxBytes) {
      const fields = { bytes: metrics.length, telemetryMaxBytes }
      this.#cluster.log.write('debug', 'metrics are not pushed: they are more than the broker takes', fields)
      return
    }
    const body = { clientInstanceId, subscriptionId, terminating, compressionType, metrics }
    const { errorCode } = await connection.send(pushTelemetryRequest, pushTelemetryResponse, body)
    throwBrokerError(errorCode, undefined, { broker: connection.broker })
    report.arrived()
  }

  #failed(name: string, err: unknown): number {
    const wasPushing = this.#subscription !== undefined
    this.#subscription = undefined
    if (this.#isOver) return 0
    this.#isOver = final.has(name)
    const message = this.#isOver ? 'metrics are not pushed any more' : 'metrics were not pushed'
    this.#cluster.log.write('debug', message, { err })
    return wasPushing && outdated.has(name) ? 0 : this.#intervalMs
  }

  async #close(): Promise<void> {
    this.#isOver = true
    this.#timer?.cancel()
    if (this.#connection() === undefined) return
    const { runtime } = this.#cluster
    // What is on its way comes first: the last report counts from there.
    const done = this.#work.then(() => this.#pushLast()).catch(() => {})
    let timer: Timer | undefined
    const late = new Promise<void>((resolve) => {
      timer = runtime.timer(lastPushMs, resolve)
    })
    await Promise.race([done, late])
    timer?.cancel()
  }

  async #pushLast(): Promise<void> {
    const connection = this.#connection()
    if (connection !== undefined && this.#subscription !== undefined)
      await this.#push(connection, this.#subscription, true)
  }
}

async function askSubscription(connection: BrokerConnection, clientInstanceId: string): Promise<Subscription> {
  const body = { clientInstanceId }
  const answer = await connection.send(getTelemetrySubscriptionsRequest, getTelemetrySubscriptionsResponse, body)
  throwBrokerError(answer.errorCode, undefined, { broker: connection.broker })
  return answer
}

/** Gzip comes with Node; what else the broker takes is loaded only where it takes no gzip. */
async function compressed(bytes: Buffer, accepted: readonly number[]) {
  const gzip = compressionTypes.indexOf('gzip')
  const type: CompressionType | undefined = compressionTypes[accepted.includes(gzip) ? gzip : (accepted[0] ?? 0)]
  // A broker takes no bytes as "I am here"; the same compressed would be some.
  if (type === undefined || bytes.length === 0) return { compressionType: 0, metrics: bytes }
  const codec = await compression(type).catch(() => compression('none'))
  return { compressionType: compressionTypes.indexOf(codec.type), metrics: codec.compress(bytes) }
}
