import { Admin, type AdminOptions } from './admin/admin.ts'
import type { ClientOptions } from './connection/client-options.ts'
import { Cluster } from './connection/cluster.ts'
import { Consumer, type TypedConsumerOptions } from './consumer/consumer.ts'
import { ShareConsumer, type ShareConsumerOptions } from './consumer/share/share-consumer.ts'
import { OttlaError } from './ottla-error.ts'
import { Producer } from './producer/producer.ts'
import type { ProducerOptions } from './producer/producer-options.ts'

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
  readonly #children = new Set<Closable>()
  #closing: Promise<void> | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#cluster = new Cluster(options)
  }

  producer(options?: ProducerOptions): Producer {
    return this.#keep(new Producer(this.#cluster, options))
  }

  /** It has connections of its own: what waits on them, as a join or a long fetch does, holds up nothing else. */
  consumer<K = Buffer | null, V = Buffer | null>(options?: TypedConsumerOptions<K, V>): Consumer<K, V> {
    return this.#keep(new Consumer(this.#options, options))
  }

  admin(options?: AdminOptions): Admin {
    return new Admin(this.#cluster, options)
  }

  /** Takes records from a queue, of a share group (KIP-932). It has connections of its own, too. */
  shareConsumer<K = Buffer | null, V = Buffer | null>(options: ShareConsumerOptions<K, V>): ShareConsumer<K, V> {
    return this.#keep(new ShareConsumer(this.#options, options))
  }

  /** Closes what was made here, producers after their last records, then all connections. Always settles. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #keep<T extends Closable>(child: T): T {
    if (this.#closing !== undefined) throw new OttlaError('CLIENT_CLOSED')
    for (const each of this.#children) if (each.isClosed === true) this.#children.delete(each)
    this.#children.add(child)
    return child
  }

  async #close(): Promise<void> {
    try {
      await Promise.all([...this.#children].map((child) => child.close()))
    } finally {
      this.#cluster.close()
    }
  }
}

/** A client of the cluster that the bootstrap servers belong to. It connects when it is first used. */
export const createClient = (options: ClientOptions): Client => new Client(options)
