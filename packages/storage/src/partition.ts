import type { TopicSettings } from './topic-settings.ts'

/** One partition: a topic's id never names another topic later, even if the name comes back. */
export interface PartitionId {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
}

/** Where appended records came to lie. */
export interface Appended {
  /** Offset of the first record. For a duplicate of an idempotent producer: where the original lies. */
  readonly baseOffset: number
  /** Offset of the last record. */
  readonly lastOffset: number
  /** Set for `message.timestamp.type=LogAppendTime`, else -1. */
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
  readonly duplicate: boolean
}

export interface AppendOptions {
  /** `client`: validated in full, limits and all. `coordinator`: may write to internal topics. */
  readonly origin: 'client' | 'coordinator'
}

export interface ReadOptions {
  /** The first offset wanted; the batch that holds it is returned whole, as it lies in the log. */
  readonly from: number
  /** About how many bytes; the first batch is returned whole even if it is larger, where `atLeastOneBatch`. */
  readonly maxBytes: number
  readonly atLeastOneBatch: boolean
  readonly isolation: 'read_uncommitted' | 'read_committed'
}

/** Batches as they are served: whole, in order. The buffers must not be changed. */
export interface ReadResult {
  readonly batches: readonly Uint8Array[]
  readonly bytes: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** For read_committed: transactions aborted within what was read. */
  readonly abortedTransactions: readonly { readonly producerId: number; readonly firstOffset: number }[]
}

export interface TimedOffset {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

/**
 * A partition at its leader: Kafka's rules over a log. Failures reject with `KafkaError`
 * (OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR, MESSAGE_TOO_LARGE, OUT_OF_ORDER_SEQUENCE_NUMBER, …).
 */
export interface Partition {
  readonly id: PartitionId
  /** Set by who opens the partition, from the cluster's metadata; appended batches are stamped with it. Never falls. */
  leaderEpoch: number
  /** The first offset that can be read. */
  readonly logStartOffset: number
  /** End of what is durable and may be read: the next offset that will become visible. */
  readonly highWatermark: number
  readonly lastStableOffset: number
  /** Bytes of the log, tail included. */
  readonly sizeBytes: number
  /** In force from the next append on. */
  settings: TopicSettings

  /**
   * Validates the batches, stamps offsets and leader epoch (in place: the caller gives the buffer away), and queues
   * them at once, so that calls keep their order. Resolves when they are durable (`flush.policy`).
   */
  append(records: Buffer, options: AppendOptions): Promise<Appended>
  /** Answers at once from memory; from disk later. */
  read(options: ReadOptions): ReadResult | Promise<ReadResult>
  /** About how many readable bytes there are from an offset on, up to `limit`; for `minBytes` of fetches. Cheap. */
  bytesAvailable(from: number, isolation: ReadOptions['isolation'], limit: number): number
  /** The first record at or after a time (ms); undefined if there is none. */
  offsetForTime(timestamp: number): Promise<TimedOffset | undefined>
  /** The record with the largest timestamp (KIP-734); undefined for an empty log. */
  offsetOfMaxTimestamp(): Promise<TimedOffset | undefined>
  /** End offset of the largest epoch that is not above `epoch` (KIP-101, KIP-320); undefined if there is none. */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined
  /** The leader epoch that an offset was written in. */
  epochOf(offset: number): number
  /** Moves the log start forward, durably. Returns the new log start. */
  deleteRecords(before: number): Promise<number>
  /** Active idempotent producers, for DescribeProducers. */
  producers(): readonly ProducerSummary[]
  /** Called after the high watermark (or the log start) has moved. Returns its removal. */
  onChange(listener: () => void): () => void
}

export interface ProducerSummary {
  readonly producerId: number
  readonly producerEpoch: number
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly currentTransactionStartOffset: number
}
