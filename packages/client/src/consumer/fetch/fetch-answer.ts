import {
  compression,
  type Decoded,
  type fetchResponse,
  type PackedBatch,
  packedBatches,
  zeroUuid,
} from '@ottla/protocol'
import type { Cluster } from '../../connection/cluster.ts'
import { asOttlaError, brokerError, OttlaError } from '../../ottla-error.ts'
import type { ConsumerCounts } from '../consumer-metrics.ts'
import type { ConsumerSettings } from '../consumer-options.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { FetchBuffer } from './fetch-buffer.ts'
import type { PlannedPartition } from './fetch-plan.ts'
import { fetchReaction } from './fetch-reaction.ts'
import { visibleBatches } from './visible-batches.ts'

type Response = Decoded<typeof fetchResponse>
type FetchedPartition = Response['responses'][number]['partitions'][number]

export interface FetchAnswerParts {
  readonly cluster: Cluster
  readonly settings: ConsumerSettings
  readonly buffer: FetchBuffer
  readonly counts: ConsumerCounts
  /** Chunks have come. */
  readonly arrived: () => void
  /** A partition's position is to be found anew. */
  readonly lost: () => void
  /** The application must know. */
  readonly failed: (error: OttlaError) => void
}

/** Brings what a broker answered to a Fetch into the buffer and the partitions. */
export class FetchAnswer {
  readonly #parts: FetchAnswerParts

  constructor(parts: FetchAnswerParts) {
    this.#parts = parts
  }

  async take(brokerId: number, planned: readonly PlannedPartition[], response: Response): Promise<void> {
    const byPartition = new Map<string, PlannedPartition>()
    for (const each of planned) {
      const { topic, topicId, partition } = each.position
      byPartition.set(`${topic} ${partition}`, each)
      byPartition.set(`${topicId} ${partition}`, each)
    }
    let needsRefresh = false
    for (const { topic, topicId, partitions } of response.responses) {
      for (const fetched of partitions) {
        const index = fetched.partitionIndex
        const asked = byPartition.get(`${topic} ${index}`) ?? byPartition.get(`${topicId} ${index}`)
        if (asked === undefined || asked.partition.turn !== asked.turn) continue
        if (fetched.errorCode === 0) await this.#fetched(asked, fetched)
        else needsRefresh = this.#failed(brokerId, asked.partition, fetched, response) || needsRefresh
      }
    }
    this.#parts.arrived()
    // Its failure is met again by the next fetch, which waits then.
    if (needsRefresh) await this.#parts.cluster.refresh().catch(() => {})
  }

  /** The broker does not answer: no replica there is preferred any more. */
  unreachable(brokerId: number, error: OttlaError): void {
    this.#parts.cluster.log.write('warn', 'a broker cannot be fetched from', { brokerId, err: error })
    if (!error.retriable) this.#parts.failed(error)
  }

  async #fetched(asked: PlannedPartition, fetched: FetchedPartition): Promise<void> {
    const { partition, turn } = asked
    partition.failures = 0
    const { topicId } = asked.position
    if (topicId !== zeroUuid) partition.topicId ??= topicId
    partition.highWatermark = fetched.highWatermark
    partition.lastStableOffset = fetched.lastStableOffset
    partition.logStartOffset = fetched.logStartOffset
    this.#preferReplica(partition, fetched.preferredReadReplica)
    if (fetched.records === null || fetched.records.length === 0) return
    this.#parts.counts.fetchedBytes += fetched.records.length
    try {
      const batches = packedBatches(fetched.records).filter((batch) => batch.lastOffset >= asked.position.fetchOffset)
      if (this.#parts.settings.checkCrcs) refuseDamaged(batches)
      await loadCodecs(batches)
      if (partition.turn === turn) this.#buffer(partition, batches, fetched)
    } catch (error) {
      this.#rest(partition)
      const { topic, partition: index } = partition
      this.#parts.failed(unreadable(asOttlaError(error), topic, index, asked.position.fetchOffset))
    }
  }

  #buffer(partition: AssignedPartition, batches: readonly PackedBatch[], fetched: FetchedPartition): void {
    const last = batches.at(-1)
    if (last === undefined) return
    const aborted = this.#parts.settings.isolationLevel === 'read_committed' ? fetched.abortedTransactions : null
    const visible = visibleBatches(batches, aborted)
    for (const batch of visible) this.#parts.counts.fetchedRecords += batch.recordsCount
    this.#parts.buffer.add({
      partition,
      topicId: partition.topicId,
      turn: partition.turn,
      batches: visible,
      fromOffset: partition.fetchOffset,
      nextOffset: last.nextOffset,
      bytes: fetched.records!.length,
    })
    partition.fetchOffset = last.nextOffset
    partition.offsetEpoch = last.partitionLeaderEpoch
  }

  #preferReplica(partition: AssignedPartition, brokerId: number): void {
    const { cluster } = this.#parts
    if (brokerId < 0) return
    partition.preferredReplica = { brokerId, untilMs: cluster.runtime.monotonic() + cluster.settings.metadataMaxAgeMs }
  }

  /** True: metadata is to be refreshed. */
  #failed(brokerId: number, partition: AssignedPartition, fetched: FetchedPartition, response: Response): boolean {
    const reaction = fetchReaction(fetched.errorCode)
    const isFollower = partition.preferredReplica?.brokerId === brokerId
    partition.preferredReplica = undefined
    // A follower may lag behind, or have cut its log later: its leader has the last word.
    if (reaction === 'reset' && isFollower) return false
    if (reaction === 'reset') {
      const { topic, partition: index, fetchOffset } = partition
      partition.lose('reset', `offset ${fetchOffset} is not in the log`)
      const details = { topic, partition: index, fetchOffset }
      this.#parts.cluster.log.write('warn', 'the offset is not in the log: the position is found anew', details)
      this.#parts.lost()
      return false
    }
    if (reaction === 'fail') {
      const { topic, partition: index } = partition
      this.#parts.failed(brokerError(fetched.errorCode, undefined, { topic, partition: index })!)
    }
    this.#learnLeader(partition, fetched, response)
    this.#rest(partition)
    return reaction === 'refresh'
  }

  #learnLeader({ topic, partition }: AssignedPartition, fetched: FetchedPartition, response: Response): void {
    const { leaderId, leaderEpoch } = fetched.currentLeader
    if (leaderId < 0) return
    const brokers = response.nodeEndpoints.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack }))
    this.#parts.cluster.learnLeader({ topic, partition, leaderId, leaderEpoch }, brokers)
  }

  #rest(partition: AssignedPartition): void {
    const { cluster } = this.#parts
    const { retryBackoffMs, retryBackoffMaxMs } = cluster.settings
    const pauseMs = Math.min(retryBackoffMaxMs, retryBackoffMs * 2 ** Math.min(partition.failures++, 20))
    partition.restsUntilMs = cluster.runtime.monotonic() + pauseMs
    cluster.wheel.after(pauseMs, () => this.#parts.arrived())
  }
}

async function loadCodecs(batches: readonly PackedBatch[]): Promise<void> {
  for (const type of new Set(batches.map((batch) => batch.compression))) if (type !== 'none') await compression(type)
}

function refuseDamaged(batches: readonly PackedBatch[]): void {
  const damaged = batches.find((batch) => !batch.intact)
  if (damaged === undefined) return
  const message = `the batch at offset ${damaged.baseOffset} is damaged: its checksum differs`
  throw new OttlaError('CORRUPT_MESSAGE', { message })
}

function unreadable(cause: OttlaError, topic: string, partition: number, offset: number): OttlaError {
  const message = `what was fetched from offset ${offset} cannot be read (${cause.message}); seek past it to go on`
  return new OttlaError(cause.name, { message, topic, partition, cause, retriable: false })
}
