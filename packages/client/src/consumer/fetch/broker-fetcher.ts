import { type Decoded, ErrorCode, fetchRequest, fetchResponse } from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, brokerError, type OttlaError } from '../../ottla-error.ts'
import type { ConsumerCounts } from '../consumer-metrics.ts'
import type { ConsumerSettings } from '../consumer-options.ts'
import type { ConsumerWatch } from '../consumer-watch.ts'
import type { FetchAnswer } from './fetch-answer.ts'
import type { FetchPlan } from './fetch-plan.ts'
import { FetchSession, haveTopicIds, type SessionFields } from './fetch-session.ts'

export interface BrokerFetcherParts {
  readonly brokerId: number
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly answer: FetchAnswer
  readonly counts: ConsumerCounts
  readonly watch: ConsumerWatch | undefined
  /** It is free for the next request. */
  readonly done: () => void
}

/** While partitions wait for room, a request that finds nothing must not keep them waiting after they have it. */
const withholdingWaitMs = 20
const topicIdsVersion = 13
const isolationLevels = { read_uncommitted: 0, read_committed: 1 } as const

/**
 * Fetches from one broker.
 *   idle      fetch -> busy
 *   busy      a request is out.  answer -> idle; failure -> resting
 *   resting   a pause that grows with each failure.  over -> idle
 */
export class BrokerFetcher {
  readonly #parts: BrokerFetcherParts
  readonly #session = new FetchSession()
  #isBusy = false
  #failures = 0
  #isClosed = false

  constructor(parts: BrokerFetcherParts) {
    this.#parts = parts
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Does nothing while a request is out: `done` comes when that is over. */
  fetch(plan: FetchPlan, maxBytes: number): void {
    if (this.#isBusy || this.#isClosed) return
    this.#isBusy = true
    void this.#fetch(plan, maxBytes).then(() => {
      this.#isBusy = false
      if (!this.#isClosed) this.#parts.done()
    })
  }

  close(): void {
    this.#isClosed = true
    const { cluster, brokerId } = this.#parts
    const closing = this.#session.closing()
    const connection = cluster.openConnection(brokerId, 'fetch')
    if (closing === undefined || connection === undefined) return
    connection.send(fetchRequest, fetchResponse, this.#body(closing, 0, 1)).catch(() => {
      // The broker drops sessions that are not used by itself.
    })
  }

  async #fetch(plan: FetchPlan, maxBytes: number): Promise<void> {
    const { cluster, brokerId, settings, counts, watch } = this.#parts
    const beginMs = cluster.runtime.monotonic()
    counts.fetchRequests++
    watch?.fetching?.(brokerId)
    try {
      const connection = await cluster.connection(brokerId, 'fetch')
      const positions = plan.planned.map((each) => each.position)
      const usesTopicIds = haveTopicIds(positions) && (connection.versionOf(fetchRequest) ?? 0) >= topicIdsVersion
      const waitMs = plan.withholds ? Math.min(withholdingWaitMs, settings.fetchMaxWaitMs) : settings.fetchMaxWaitMs
      const body = this.#body(this.#session.next(positions, usesTopicIds), waitMs, maxBytes)
      const response = await connection.send(fetchRequest, fetchResponse, body, {
        timeoutMs: cluster.settings.requestTimeoutMs + waitMs,
        ...(!usesTopicIds && { maxVersion: topicIdsVersion - 1 }),
      })
      watch?.fetched?.(brokerId, cluster.runtime.monotonic() - beginMs)
      await this.#take(plan, response)
      this.#failures = 0
    } catch (error) {
      this.#session.restart()
      await this.#rest(asOttlaError(error))
    }
  }

  async #take(plan: FetchPlan, response: Decoded<typeof fetchResponse>): Promise<void> {
    const { answer, brokerId } = this.#parts
    switch (response.errorCode) {
      case ErrorCode.NONE:
        this.#session.answered(response.sessionId)
        return answer.take(brokerId, plan.planned, response)
      case ErrorCode.FETCH_SESSION_ID_NOT_FOUND:
      case ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR:
        return this.#session.forget()
      case ErrorCode.INVALID_FETCH_SESSION_EPOCH:
        return this.#session.restart()
      default:
        throw brokerError(response.errorCode, undefined)
    }
  }

  #body(session: SessionFields, maxWaitMs: number, maxBytes: number) {
    const { settings } = this.#parts
    return {
      ...session,
      maxWaitMs,
      minBytes: settings.fetchMinBytes,
      maxBytes,
      isolationLevel: isolationLevels[settings.isolationLevel],
      rackId: settings.rackId ?? '',
    }
  }

  /** The partitions may have moved to other brokers while this one is away. */
  async #rest(error: OttlaError): Promise<void> {
    const { cluster, brokerId, answer, counts } = this.#parts
    if (cluster.closed.aborted) return
    counts.fetchFailures++
    answer.unreachable(brokerId, error)
    const pauseMs = backoffMs(cluster.runtime, this.#failures++, {
      firstMs: cluster.settings.retryBackoffMs,
      maxMs: cluster.settings.retryBackoffMaxMs,
    })
    await Promise.allSettled([cluster.refresh(), cluster.wheel.sleep(pauseMs, cluster.closed)])
  }
}
