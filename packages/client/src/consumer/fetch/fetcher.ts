import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import type { ConsumerCounts } from '../consumer-metrics.ts'
import type { ConsumerSettings } from '../consumer-options.ts'
import type { ConsumerWatch } from '../consumer-watch.ts'
import type { Assignment } from '../progress/assignment.ts'
import { BrokerFetcher } from './broker-fetcher.ts'
import type { FetchAnswer } from './fetch-answer.ts'
import type { FetchBuffer } from './fetch-buffer.ts'
import { fetchPlans } from './fetch-plan.ts'

export interface FetcherParts {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly assignment: Assignment
  readonly buffer: FetchBuffer
  readonly answer: FetchAnswer
  readonly counts: ConsumerCounts
  readonly watch: ConsumerWatch | undefined
}

/** Keeps the buffer filled: one request at a time to each broker that has partitions to fetch. */
export class Fetcher {
  readonly #parts: FetcherParts
  readonly #brokers = new Map<number, BrokerFetcher>()
  #isFindingLeaders = false
  #leaderSearches = 0
  #isClosed = false

  constructor(parts: FetcherParts) {
    this.#parts = parts
  }

  /** To be called whenever there may be something to fetch: a position found, room in the buffer, a new leader. */
  wake(): void {
    if (this.#isClosed) return
    const { cluster, assignment, buffer, settings } = this.#parts
    const { plans, lacksLeaders } = fetchPlans(cluster, assignment, buffer, settings)
    if (lacksLeaders) void this.#findLeaders()
    else this.#leaderSearches = 0
    const budget = Math.floor((settings.prefetchBytes - buffer.bytes) / Math.max(1, plans.size))
    for (const [brokerId, plan] of plans) {
      if (plan.planned.length === 0) continue
      this.#broker(brokerId).fetch(plan, Math.max(1, Math.min(settings.fetchMaxBytes, budget)))
    }
  }

  /** There is room in the buffer. While all brokers are busy that leads to nothing: they look again when they are done. */
  roomMade(): void {
    if ([...this.#brokers.values()].some((broker) => !broker.isBusy)) this.wake()
  }

  /** Tells the brokers to drop their sessions. */
  close(): void {
    this.#isClosed = true
    for (const broker of this.#brokers.values()) broker.close()
  }

  /** Until each partition has one: nothing else may come that would wake this up. */
  async #findLeaders(): Promise<void> {
    if (this.#isFindingLeaders) return
    this.#isFindingLeaders = true
    const { cluster } = this.#parts
    const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = cluster.settings
    const pauseMs = backoffMs(cluster.runtime, this.#leaderSearches++, { firstMs, maxMs })
    await Promise.allSettled([cluster.refresh(), cluster.wheel.sleep(pauseMs, cluster.closed)])
    this.#isFindingLeaders = false
    this.wake()
  }

  #broker(brokerId: number): BrokerFetcher {
    let broker = this.#brokers.get(brokerId)
    if (broker === undefined) {
      const { cluster, settings, answer, counts, watch } = this.#parts
      broker = new BrokerFetcher({ brokerId, cluster, settings, answer, counts, watch, done: () => this.wake() })
      this.#brokers.set(brokerId, broker)
    }
    return broker
  }
}
