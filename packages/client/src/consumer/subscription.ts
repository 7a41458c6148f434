import type { Cluster } from '../connection/cluster.ts'
import { asOttlaError, OttlaError } from '../ottla-error.ts'

/** Names of topics, and patterns that they match; one of them, or a list. */
export type TopicsOrPatterns = string | RegExp | readonly (string | RegExp)[]

export interface SubscriptionParts {
  readonly cluster: Cluster
  readonly patternRefreshMs: number
  /** The topics are others than before. */
  readonly changed: () => void
  readonly failed: (error: OttlaError) => void
}

/** A topic that does not exist yet is looked for this often: it may come. */
const missingTopicRefreshMs = 2_000
/** Why a topic will not come by itself. */
const hopeless = new Set(['TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION'])

/** The topics that a consumer wants: some by name, others by patterns that are compared with the cluster's topics. */
export class Subscription {
  readonly #parts: SubscriptionParts
  #names: readonly string[] = []
  #patterns: readonly RegExp[] = []
  #matching: readonly string[] = []
  #watching = new AbortController()

  constructor(parts: SubscriptionParts) {
    this.#parts = parts
  }

  get topics(): string[] {
    return [...new Set([...this.#names, ...this.#matching])].sort()
  }

  get isEmpty(): boolean {
    return this.#names.length === 0 && this.#patterns.length === 0
  }

  /** In place of what was wanted before. */
  set(wanted: TopicsOrPatterns): void {
    const all = typeof wanted === 'string' || wanted instanceof RegExp ? [wanted] : wanted
    this.#names = all.filter((each) => typeof each === 'string')
    this.#patterns = all.filter((each) => each instanceof RegExp)
    this.#matching = []
    this.#watching.abort()
    this.#watching = new AbortController()
    if (this.#patterns.length > 0) void this.#watchPatterns(this.#watching.signal)
    if (this.#names.length > 0) void this.#watchMissing(this.#watching.signal)
  }

  close(): void {
    this.#watching.abort()
  }

  async #watchPatterns(signal: AbortSignal): Promise<void> {
    const { cluster, patternRefreshMs } = this.#parts
    while (!signal.aborted) {
      try {
        const topics = await cluster.allTopics({ signal })
        if (!signal.aborted) this.#match(topics.filter((topic) => !topic.isInternal).map((topic) => topic.name))
      } catch (error) {
        if (signal.aborted) return
        this.#parts.failed(asOttlaError(error))
      }
      await cluster.wheel.sleep(patternRefreshMs, signal).catch(() => {})
    }
  }

  #match(names: readonly string[]): void {
    const matches = (name: string) => this.#patterns.some((pattern) => name.search(pattern) >= 0)
    const matching = names.filter(matches).sort()
    if (matching.join() === this.#matching.join()) return
    this.#matching = matching
    this.#parts.changed()
  }

  /** Topics come into the metadata, which then wakes whoever waits for them. */
  async #watchMissing(signal: AbortSignal): Promise<void> {
    const { cluster, failed } = this.#parts
    for (let rounds = 0; !signal.aborted; rounds++) {
      const missing = this.#names.filter((name) => cluster.knownTopic(name) === undefined)
      if (missing.length > 0) await cluster.refresh().catch(() => {})
      const still = missing.filter((name) => cluster.knownTopic(name) === undefined)
      for (const topic of still) {
        const name = cluster.image.topicErrors.get(topic)
        if (name !== undefined && hopeless.has(name)) failed(new OttlaError(name, { topic }))
        else if (rounds === 0) cluster.log.write('warn', 'a subscribed topic does not exist yet', { topic })
      }
      await cluster.wheel.sleep(missingTopicRefreshMs, signal).catch(() => {})
    }
  }
}
