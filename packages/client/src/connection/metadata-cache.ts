import type { MetadataResponse } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import { OttlaError } from '../ottla-error.ts'
import {
  type BrokerNode,
  emptyImage,
  type MetadataImage,
  type NewLeader,
  type TopicMetadata,
  topicOf,
  withBroker,
  withLeader,
  withMetadata,
} from './metadata.ts'
import type { Deadline, TimerWheel } from './timer-wheel.ts'

/** Those who use topics say so every few seconds, however often metadata is asked for. */
const leastUseMs = 60_000

export interface MetadataCacheOptions {
  readonly runtime: Runtime
  readonly wheel: TimerWheel
  /** Older than this, it is asked for again. Topics that nobody has used for twice as long are left out then. */
  readonly maxAgeMs: number
  /** Asks a broker about some topics, or about all (null). */
  ask(topics: readonly string[] | null): Promise<MetadataResponse>
  changed(image: MetadataImage): void
}

/**
 * The image of the cluster, kept fresh.
 *   idle       nothing is being asked.   refresh -> asking
 *   asking     one request is out.       refresh -> asking, and once more afterwards: what the caller has just seen
 *                                        may be newer than the answer under way. All who come meanwhile share that.
 */
export class MetadataCache {
  image: MetadataImage = emptyImage
  readonly #options: MetadataCacheOptions
  readonly #usedMs = new Map<string, number>()
  readonly #listeners = new Set<(image: MetadataImage) => void>()
  #asking: Promise<void> | undefined
  #next: Promise<void> | undefined
  #stale: Deadline | undefined
  #isClosed = false

  constructor(options: MetadataCacheOptions) {
    this.#options = options
  }

  use(topic: string): void {
    this.#usedMs.set(topic, this.#options.runtime.monotonic())
  }

  onChange(listener: (image: MetadataImage) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  refresh(): Promise<void> {
    if (this.#asking === undefined) {
      this.#asking = this.#ask().finally(() => {
        this.#asking = undefined
      })
      return this.#asking
    }
    this.#next ??= this.#asking
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.refresh()
      })
    return this.#next
  }

  /** The topic as the cluster knows it now; retriable errors while it may still come. */
  async find(name: string): Promise<TopicMetadata> {
    await this.refresh()
    const topic = this.image.topics.get(name)
    if (topic !== undefined) return topic
    throw new OttlaError(this.image.topicErrors.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', { topic: name })
  }

  async askAll(): Promise<TopicMetadata[]> {
    const response = await this.#options.ask(null)
    this.#change(withMetadata(this.image, { ...response, topics: [] }))
    return response.topics
      .filter((topic) => topic.errorCode === 0 && topic.name !== null)
      .map((topic) => topicOf(topic, topic.name!))
  }

  learnLeader(change: NewLeader, brokers: readonly BrokerNode[]): void {
    const image = withLeader(this.image, change, brokers)
    if (image !== this.image) this.#change(image)
  }

  learnBroker(broker: BrokerNode): void {
    const known = this.image.brokers.get(broker.id)
    if (known?.host === broker.host && known.port === broker.port) return
    this.#change(withBroker(this.image, broker))
  }

  close(): void {
    this.#isClosed = true
    this.#stale?.cancel()
    this.#listeners.clear()
  }

  async #ask(): Promise<void> {
    this.#dropUnused()
    const response = await this.#options.ask([...this.#usedMs.keys()])
    // A broker that is just starting may know nothing yet: what is known already is worth more.
    if (response.brokers.length === 0)
      throw new OttlaError('BROKER_NOT_AVAILABLE', { message: 'the broker knows no brokers yet', retriable: true })
    if (this.#isClosed) throw new OttlaError('CLIENT_CLOSED')
    this.#change(withMetadata(this.image, response))
    this.#askAgainLater()
  }

  #dropUnused(): void {
    const since = this.#options.runtime.monotonic() - Math.max(2 * this.#options.maxAgeMs, leastUseMs)
    for (const [name, usedMs] of this.#usedMs) if (usedMs < since) this.#usedMs.delete(name)
    const isUsed = ([name]: readonly [string, unknown]) => this.#usedMs.has(name)
    this.image = {
      ...this.image,
      topics: new Map([...this.image.topics].filter(isUsed)),
      topicErrors: new Map([...this.image.topicErrors].filter(isUsed)),
    }
  }

  #askAgainLater(): void {
    this.#stale?.cancel()
    this.#stale = this.#options.wheel.after(this.#options.maxAgeMs, () => {
      this.refresh().catch(() => {
        if (!this.#isClosed) this.#askAgainLater()
      })
    })
  }

  #change(image: MetadataImage): void {
    this.image = image
    this.#options.changed(image)
    for (const listener of this.#listeners) listener(image)
  }
}
