import { Admin, type AdminOptions } from './admin/admin.ts'
import { type ClientMetrics, total, totals } from './client-metrics.ts'
import type { ClientOptions } from './connection/client-options.ts'
import { Cluster } from './connection/cluster.ts'
import { Consumer, type TypedConsumerOptions } from './consumer/consumer.ts'
import { ShareConsumer, type ShareConsumerOptions } from './consumer/share/share-consumer.ts'
import { OttlaError } from './ottla-error.ts'
import { Producer } from './producer/producer.ts'
import type { ProducerOptions } from './producer/producer-options.ts'
import { InstanceId } from './telemetry/instance-id.ts'
import { Telemetry } from './telemetry/telemetry.ts'
import type { TimedOwner } from './telemetry/timing-sources.ts'

/** What a client has made, and closes with itself. */
interface Closable {
  close(): Promise<void>
  /** It has been closed, and needs not be kept. */
  readonly isClosed?: boolean
}

/** A client of one cluster. Its producers and admin share connections and what is known of the cluster. */
export class Client {
  readonly #options: ClientOptions
  readonly #cluster: Cluster
  readonly #instanceId = new InstanceId()
  /** Undefined: it is not wanted. */
  readonly #telemetry: Telemetry | undefined
  readonly #children = new Set<Closable>()
  /** Of children that are closed and not kept any more. */
  #past: ClientMetrics | undefined
  #closing: Promise<void> | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#cluster = new Cluster(options)
    if (this.#cluster.settings.enableMetricsPush)
      this.#telemetry = new Telemetry(this.#cluster, this.#instanceId, () => this.metrics())
  }

  /** Connects, and logs in, to whichever broker can be reached. Fails at once if none can, where all else would try again. */
  async connect(): Promise<void> {
    await this.#cluster.anyConnection()
  }

  /** A producer, closed together with this client. Throws INVALID_ARGUMENT for options that contradict each other. */
  producer(options?: ProducerOptions): Producer {
    return this.#keep(new Producer(this.#cluster, options))
  }

  /** It has connections of its own: what waits on them, as a join or a long fetch does, holds up nothing else. */
  consumer<K = Buffer | null, V = Buffer | null>(options?: TypedConsumerOptions<K, V>): Consumer<K, V> {
    return this.#keep(
      new Consumer(this.#options, options, this.#anotherCluster({ kind: 'consumer', groupId: options?.groupId })),
    )
  }

  /** The calls that look after the cluster. Needs no closing of its own. */
  admin(options?: AdminOptions): Admin {
    return new Admin(this.#cluster, options, this.#instanceId)
  }

  /** Takes records from a queue, of a share group (KIP-932). It has connections of its own, too. */
  shareConsumer<K = Buffer | null, V = Buffer | null>(options: ShareConsumerOptions<K, V>): ShareConsumer<K, V> {
    return this.#keep(
      new ShareConsumer(this.#options, options, this.#anotherCluster({ kind: 'share', groupId: options.groupId })),
    )
  }

  /** What all of it has done so far, and how it stands. */
  metrics(): ClientMetrics {
    const past = this.#past
    const children = [...this.#children]
    const producers = children.filter((child) => child instanceof Producer)
    const consumers = children.filter((child) => child instanceof Consumer)
    const shareConsumers = children.filter((child) => child instanceof ShareConsumer)
    return {
      clientId: this.#cluster.settings.clientId,
      connections: { ...this.#cluster.watch.counts },
      producers: total([...(past?.producers ? [past.producers] : []), ...producers.map((each) => each.metrics())]),
      consumers: totals([...(past?.consumers ?? []), ...consumers.map((each) => each.metrics())]),
      shareConsumers: totals([...(past?.shareConsumers ?? []), ...shareConsumers.map((each) => each.metrics())]),
    }
  }

  /** Closes what was made here, producers after their last records, then all connections. Always settles. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The same brokers, by connections of its own. */
  #anotherCluster(owner: TimedOwner): Cluster {
    const cluster = new Cluster(this.#options)
    this.#telemetry?.watch(cluster, owner)
    return cluster
  }

  #keep<T extends Closable>(child: T): T {
    if (this.#closing !== undefined) throw new OttlaError('CLIENT_CLOSED')
    this.#forgetClosed()
    this.#children.add(child)
    return child
  }

  #forgetClosed(): void {
    const open = [...this.#children].filter((each) => each.isClosed !== true)
    for (const each of open) this.#children.delete(each)
    // Only those that are closed are left.
    if (this.#children.size > 0) this.#past = this.metrics()
    this.#children.clear()
    for (const each of open) this.#children.add(each)
  }

  async #close(): Promise<void> {
    try {
      if (this.#telemetry?.standsOnConsumers === true) await this.#telemetry.close()
      await Promise.all([...this.#children].map((child) => child.close()))
    } finally {
      await this.#telemetry?.close()
      this.#cluster.close()
    }
  }
}

/** A client of the cluster that the bootstrap servers belong to. It connects when it is first used. */
export const createClient = (options: ClientOptions): Client => new Client(options)
