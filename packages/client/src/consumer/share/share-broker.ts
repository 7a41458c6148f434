import {
  type Decoded,
  ErrorCode,
  shareAcknowledgeRequest,
  shareAcknowledgeResponse,
  shareFetchRequest,
  shareFetchResponse,
} from '@ottla/protocol'
import { backoffMs } from '../../connection/chance.ts'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, brokerError, type OttlaError } from '../../ottla-error.ts'
import type { TopicPartition } from '../topic-partition.ts'
import { Acknowledgements, type AcknowledgeType, type PartitionAcknowledgements } from './acknowledgements.ts'
import type { ShareCounts } from './share-metrics.ts'
import { ShareSession } from './share-session.ts'

type FetchedPartition = Decoded<typeof shareFetchResponse>['responses'][number]['partitions'][number]
type AcknowledgedPartition = Decoded<typeof shareAcknowledgeResponse>['responses'][number]['partitions'][number]

export interface ShareBrokerParts {
  readonly cluster: Cluster
  readonly counts: ShareCounts
  readonly brokerId: number
  readonly groupId: string
  readonly memberId: string
  readonly fetch: {
    readonly maxWaitMs: number
    readonly minBytes: number
    readonly maxBytes: number
    readonly maxRecords: number
  }
  /** What is to be fetched here now; empty while the application has enough. */
  readonly wanted: () => { readonly partitions: readonly TopicPartition[]; readonly mayFetch: boolean }
  readonly fetched: (of: TopicPartition, partition: FetchedPartition, lockMs: number) => Promise<void>
  /** Decisions that the broker has not taken: the records will be handed out again. */
  readonly refused: (error: OttlaError) => void
}

/**
 * Talks to one broker: fetches, and brings it the decisions about what was fetched, along with the next fetch or alone.
 *   idle   wake -> busy
 *   busy   one request is out.   answer -> idle, and on if there is more to say; failure -> a pause, then a new session
 */
export class ShareBroker {
  readonly #parts: ShareBrokerParts
  readonly #session = new ShareSession()
  readonly #decisions = new Acknowledgements()
  readonly #renewals = new Acknowledgements()
  #isBusy = false
  #isClosed = false
  #failures = 0
  #whenIdle: (() => void)[] = []

  constructor(parts: ShareBrokerParts) {
    this.#parts = parts
  }

  acknowledge(of: TopicPartition, offset: number, type: AcknowledgeType): void {
    const waiting = type === 'renew' ? this.#renewals : this.#decisions
    waiting.add(of, offset, type)
    this.wake()
  }

  wake(): void {
    if (this.#isBusy || this.#isClosed) return
    const { partitions, mayFetch } = this.#parts.wanted()
    const fetches = mayFetch && partitions.length > 0
    if (!fetches && this.#decisions.isEmpty && this.#renewals.isEmpty) {
      this.#settleIdle()
      return
    }
    this.#isBusy = true
    void this.#talk(fetches, partitions).then(() => {
      this.#isBusy = false
      this.wake()
    })
  }

  /** Settles when all decisions so far have been sent and answered. */
  flushed(): Promise<void> {
    const isIdle = !this.#isBusy && this.#decisions.isEmpty && this.#renewals.isEmpty
    return isIdle ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  /** Sends the decisions and ends the session: whatever is not decided is free for others at once. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true
    if (this.#session.isNew) return
    const body = { ...this.#body(-1), topics: this.#topicsOf([], this.#decisions.take()) }
    await this.#send(shareAcknowledgeRequest, shareAcknowledgeResponse, body, timeoutMs).catch((error) => {
      this.#parts.refused(asOttlaError(error))
    })
  }

  #settleIdle(): void {
    const waiting = this.#whenIdle
    this.#whenIdle = []
    for (const resolve of waiting) resolve()
  }

  async #talk(fetches: boolean, partitions: readonly TopicPartition[]): Promise<void> {
    try {
      if (!this.#renewals.isEmpty && !this.#session.isNew) await this.#acknowledge(this.#renewals, true)
      else if (fetches) await this.#fetch(partitions)
      else await this.#acknowledge(this.#decisions, false)
      this.#failures = 0
    } catch (error) {
      await this.#fail(asOttlaError(error))
    }
    this.#settleIdleIfDone()
  }

  #settleIdleIfDone(): void {
    if (this.#decisions.isEmpty && this.#renewals.isEmpty) this.#settleIdle()
  }

  async #fetch(partitions: readonly TopicPartition[]): Promise<void> {
    const { cluster, fetch, fetched } = this.#parts
    const decisions = this.#session.isNew ? this.#dropDecisions() : this.#decisions.take()
    const { shareSessionEpoch, added, forgotten } = this.#session.next(partitions)
    const { maxRecords, ...limits } = fetch
    const body = {
      ...this.#body(shareSessionEpoch),
      ...limits,
      maxRecords,
      batchSize: maxRecords,
      topics: this.#topicsOf(added, decisions),
      forgottenTopicsData: this.#topicsOf(forgotten, []).map(({ topicId, partitions: known }) => ({
        topicId,
        partitions: known.map(({ partitionIndex }) => partitionIndex),
      })),
    }
    const timeoutMs = cluster.settings.requestTimeoutMs + limits.maxWaitMs
    this.#parts.counts.fetchRequests++
    const response = await this.#send(shareFetchRequest, shareFetchResponse, body, timeoutMs)
    if (!this.#isSessionAlive(response.errorCode, response.errorMessage)) return
    let needsRefresh = false
    for (const { topicId, partitions: answered } of response.responses) {
      for (const partition of answered) {
        const of = { topic: this.#nameOf(topicId), partition: partition.partitionIndex }
        this.#report(partition.acknowledgeErrorCode, partition.acknowledgeErrorMessage, of)
        if (partition.errorCode !== ErrorCode.NONE) needsRefresh = true
        else if (partition.acquiredRecords.length > 0) await fetched(of, partition, response.acquisitionLockTimeoutMs)
      }
    }
    if (needsRefresh) await Promise.allSettled([cluster.refresh(), this.#pause()])
  }

  async #acknowledge(waiting: Acknowledgements, isRenewAck: boolean): Promise<void> {
    if (this.#session.isNew) {
      this.#dropDecisions()
      return
    }
    const body = { ...this.#body(this.#session.epoch), isRenewAck, topics: this.#topicsOf([], waiting.take()) }
    const response = await this.#send(shareAcknowledgeRequest, shareAcknowledgeResponse, body)
    if (!this.#isSessionAlive(response.errorCode, response.errorMessage)) return
    for (const { topicId, partitions } of response.responses) {
      for (const { errorCode, errorMessage, partitionIndex } of partitions satisfies AcknowledgedPartition[]) {
        this.#report(errorCode, errorMessage, { topic: this.#nameOf(topicId), partition: partitionIndex })
      }
    }
  }

  /** False: the broker has begun anew, or must; what was acquired is free again. */
  #isSessionAlive(errorCode: number, message: string | null): boolean {
    if (errorCode === ErrorCode.NONE) {
      this.#session.answered()
      return true
    }
    if (errorCode !== ErrorCode.SHARE_SESSION_NOT_FOUND && errorCode !== ErrorCode.INVALID_SHARE_SESSION_EPOCH)
      throw brokerError(errorCode, message, { group: this.#parts.groupId })
    this.#session.restart()
    this.#dropDecisions()
    return false
  }

  /** They belong to a session that is gone. */
  #dropDecisions(): PartitionAcknowledgements[] {
    const dropped = [...this.#decisions.take(), ...this.#renewals.take()]
    if (dropped.length > 0) this.#report(ErrorCode.SHARE_SESSION_NOT_FOUND, null, dropped[0]!)
    return []
  }

  async #fail(error: OttlaError): Promise<void> {
    const { cluster, refused } = this.#parts
    this.#session.restart()
    this.#dropDecisions()
    if (cluster.closed.aborted) return
    this.#parts.counts.fetchFailures++
    cluster.log.write('warn', 'a broker cannot be fetched from', { brokerId: this.#parts.brokerId, err: error })
    if (!error.retriable) refused(error)
    await Promise.allSettled([cluster.refresh(), this.#pause()])
  }

  #pause(): Promise<void> {
    const { cluster } = this.#parts
    const { retryBackoffMs: firstMs, retryBackoffMaxMs: maxMs } = cluster.settings
    return cluster.wheel.sleep(backoffMs(cluster.runtime, this.#failures++, { firstMs, maxMs }), cluster.closed)
  }

  #report(errorCode: number, message: string | null, { topic, partition }: TopicPartition): void {
    const error = brokerError(errorCode, message, { topic, partition, group: this.#parts.groupId })
    if (error !== undefined) this.#parts.refused(error)
  }

  #body(shareSessionEpoch: number) {
    const { groupId, memberId } = this.#parts
    return { groupId, memberId, shareSessionEpoch }
  }

  #send(request: any, response: any, body: any, timeoutMs?: number): Promise<any> {
    const { cluster, brokerId } = this.#parts
    return cluster.send(brokerId, request, response, body, {
      lane: 'fetch',
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
  }

  #topicsOf(added: readonly TopicPartition[], decisions: readonly PartitionAcknowledgements[]) {
    const nothing = added.map((each) => ({ ...each, acknowledgementBatches: [] }))
    const topics = new Map<string, Map<number, PartitionAcknowledgements['acknowledgementBatches']>>()
    for (const { topic, partition, acknowledgementBatches } of [...nothing, ...decisions]) {
      const partitions = topics.get(topic) ?? new Map()
      topics.set(topic, partitions.set(partition, acknowledgementBatches))
    }
    return [...topics].map(([topic, partitions]) => ({
      topicId: this.#parts.cluster.topicId(topic),
      partitions: [...partitions].map(([partitionIndex, acknowledgementBatches]) => ({
        partitionIndex,
        acknowledgementBatches,
      })),
    }))
  }

  #nameOf(topicId: string): string {
    for (const topic of this.#parts.cluster.image.topics.values()) if (topic.id === topicId) return topic.name
    return topicId
  }
}
