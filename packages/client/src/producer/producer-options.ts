import type { CompressionType } from '@ottla/protocol'
import { OttlaError } from '../ottla-error.ts'
import type { Partitioner } from './partitioner.ts'
import type { ForeignCodec } from './producer-batch.ts'

/** How a producer batches, packs and delivers. All have defaults. */
export interface ProducerOptions {
  /** Who must have a record before it counts as sent: all replicas in sync (`all`), the leader (1), nobody (0). */
  readonly acks?: 'all' | 1 | 0
  /** Retries never write a record twice, and never out of order. On by default with acks `all`, which it needs. */
  readonly idempotent?: boolean
  /** How long a record waits for others to travel with. With 0, those of the same tick travel together. */
  readonly lingerMs?: number
  /** A batch takes records up to so many bytes, before compression. */
  readonly batchBytes?: number
  /** Memory for records that are not delivered yet. When it is full, `send` takes longer to settle. */
  readonly bufferBytes?: number
  /**
   * How batches are packed; `none` by default. A topic may have the broker pack them otherwise (`compression.type`).
   */
  readonly compression?: CompressionType
  /** In the codec's own terms. */
  readonly compressionLevel?: number
  /** From `send` to a delivered record, all retries included; then it fails with DELIVERY_TIMEOUT. */
  readonly deliveryTimeoutMs?: number
  /** How long a topic may be unknown to the cluster. */
  readonly topicTimeoutMs?: number
  /** Requests that are on their way to one broker at a time; at most 5, if idempotent. */
  readonly maxInFlight?: number
  /** Makes `transaction` possible. One producer at a time may have it: the newest shuts the others out. */
  readonly transactionalId?: string
  /** The coordinator aborts what takes longer. */
  readonly transactionTimeoutMs?: number
  /** Chooses partitions; where it gives undefined, the key decides as in the Java client. */
  readonly partitioner?: Partitioner
}

type OmittedOptions = 'partitioner' | 'compressionLevel' | 'acks' | 'transactionalId' | 'transactionTimeoutMs'

export interface ProducerSettings extends Required<Omit<ProducerOptions, OmittedOptions>> {
  readonly acks: -1 | 0 | 1
  readonly compressionLevel: number | undefined
  readonly partitioner: Partitioner | undefined
  /** Batches whose leader cannot be reached for so long are given up, though `deliveryTimeoutMs` is not over. */
  readonly unreachableTimeoutMs?: number
  /** In the place of the codec of that name. */
  readonly foreignCodec?: ForeignCodec | undefined
}

export function producerSettings(options: ProducerOptions): ProducerSettings {
  const { acks = 'all', idempotent = acks === 'all', maxInFlight = 5 } = options
  if (idempotent && acks !== 'all') throw invalid("an idempotent producer needs acks: 'all'")
  if (options.transactionalId !== undefined && !idempotent)
    throw invalid("transactions need acks: 'all' and idempotence")
  if (idempotent && maxInFlight > 5) throw invalid('an idempotent producer may have at most 5 requests in flight')
  return {
    acks: acks === 'all' ? -1 : acks,
    idempotent,
    lingerMs: options.lingerMs ?? 0,
    batchBytes: options.batchBytes ?? 1_000_000,
    bufferBytes: options.bufferBytes ?? 64 * 1024 * 1024,
    compression: options.compression ?? 'none',
    compressionLevel: options.compressionLevel,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    topicTimeoutMs: options.topicTimeoutMs ?? 30_000,
    maxInFlight,
    partitioner: options.partitioner,
  }
}

const invalid = (message: string) => new OttlaError('INVALID_ARGUMENT', { message })
