import type { PackedBatch } from '@ottla/protocol'
import type { PartitionId } from '../partition.ts'
import type { TopicSettings } from '../topic-settings.ts'
import type { PartitionState } from './partition-state.ts'
import type { StampedBatch } from './stamped-batch.ts'

/**
 * The bytes of one partition, wherever they lie: a commit log and segment files on one machine, objects in a cluster.
 * It knows offsets and times, none of Kafka's rules: those are its leader's.
 */
export interface PartitionLog {
  readonly id: PartitionId
  /** Of the durable batches; the log replays them into it. */
  readonly state: PartitionState
  readonly sizeBytes: number
  settings: TopicSettings
  /** Told when the log start has moved. */
  listener: (() => void) | undefined

  /** There is memory for more batches. */
  readonly hasRoom: boolean
  /** Resolves when there is some; rejects if that will not be soon. Others may have taken it by then. */
  room(): Promise<void>
  /**
   * Queues a batch that follows the one queued before. Batches settle in order, later; after a failure all that were
   * queued fail. Throws if it takes none.
   */
  append(batch: StampedBatch, queued: QueuedAppend): void
  /** Whole batches from the one that holds `from` on, in a buffer each or several in one. `from` lies in the log. */
  read(from: number, limits: ReadLimits): Uint8Array[] | Promise<Uint8Array[]>
  /** About how many bytes there are from an offset on, up to `limit`. */
  bytesFrom(from: number, limit: number): number
  /** The first batch that reaches `from` or beyond, and whose largest timestamp is `timestamp` or later. */
  batchForTime(timestamp: number, from: number): Promise<PackedBatch | undefined>
  /** The largest timestamp of the log; -1 if it has none. */
  readonly maxTimestamp: number
  /** Moves the log start forward, durably. */
  setLogStart(offset: number): Promise<void>
}

export interface ReadLimits {
  readonly maxBytes: number
  /** The first batch is returned even if it is larger. */
  readonly atLeastOneBatch: boolean
}

/** Someone who waits for a batch to be durable. */
export interface QueuedAppend {
  committed(): void
  failed(error: Error): void
}
