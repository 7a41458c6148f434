import type { Runtime } from '@ottla/runtime'
import { Cluster } from '../connection/cluster.ts'
import type { RequestWatch } from '../connection/request-watch.ts'
import { type ClusterConfig, clusterOptions } from './cluster-options.ts'
import { KafkaJSSASLAuthenticationError } from './errors.ts'
import { Final, type RetrySettings, retrying, retrySettings } from './retrier.ts'
import { named } from './sasl.ts'
import { translated, translating } from './translated-error.ts'
import type { KafkaConfig } from './types/kafka.ts'
import type { Logger } from './types/logging.ts'

export interface ConnectedClusterOptions {
  readonly kafka: KafkaConfig
  readonly config: ClusterConfig
  readonly runtime: Runtime
  readonly logger: Logger
  readonly watch: RequestWatch
}

/**
 * The cluster of one client, which in kafkajs may connect and disconnect again and again. A cluster of this client is
 * closed for good: each connection is a new one.
 */
export class ConnectedCluster {
  readonly retry: RetrySettings
  readonly runtime: Runtime
  readonly #options: ConnectedClusterOptions
  #cluster: Cluster | undefined

  constructor(options: ConnectedClusterOptions) {
    this.#options = options
    this.runtime = options.runtime
    this.retry = retrySettings(options.kafka.retry, options.config.retry)
  }

  get isConnected(): boolean {
    return this.#cluster !== undefined && !this.#cluster.closed.aborted
  }

  /** Settles when some broker has answered. */
  async connect(): Promise<void> {
    if (this.isConnected) return
    const cluster = this.#open()
    try {
      await retrying(this.retry, this.runtime, () => this.#firstAnswer(cluster))
      this.#cluster = cluster
    } catch (error) {
      cluster.close()
      throw error
    }
  }

  /** Connects if that has not been done. */
  async current(): Promise<Cluster> {
    if (!this.isConnected) await this.connect()
    return this.#cluster!
  }

  /** What is known now, if it is connected. */
  get known(): Cluster | undefined {
    return this.isConnected ? this.#cluster : undefined
  }

  disconnect(): void {
    this.#cluster?.close()
    this.#cluster = undefined
  }

  /** Tries `attempt` as often as the configuration allows. */
  retrying<T>(attempt: (cluster: Cluster) => Promise<T>): Promise<T> {
    return retrying(this.retry, this.runtime, async () => attempt(await this.#connected()))
  }

  /** To connect has retries of its own: what comes of them is not tried again. */
  async #connected(): Promise<Cluster> {
    try {
      return await this.current()
    } catch (error) {
      throw new Final(error)
    }
  }

  #open(): Cluster {
    const { kafka, config, runtime, logger, watch } = this.#options
    return new Cluster(clusterOptions(kafka, config, { runtime, logger }), watch)
  }

  async #firstAnswer(cluster: Cluster): Promise<void> {
    try {
      await translating(cluster.refresh())
    } catch (error) {
      throw this.#refusal(error) ?? error
    }
  }

  /** Credentials that are refused stay so. */
  #refusal(error: unknown): Final | undefined {
    if (!(error instanceof KafkaJSSASLAuthenticationError)) return undefined
    const { sasl } = this.#options.kafka
    if (error.message.startsWith('SASL')) return new Final(error)
    const mechanism = named((sasl?.mechanism ?? '').toUpperCase())
    const refusal = new KafkaJSSASLAuthenticationError(`SASL ${mechanism} authentication failed: ${error.message}`)
    return new Final(translated(refusal))
  }
}
