import { type ErrorName, errorOf } from '@ottla/protocol'
import { brokerError, type OttlaError } from '../ottla-error.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerBatch } from './producer-batch.ts'
import type { PartitionAnswer } from './sender.ts'

/** What to do with a batch that a broker has answered for. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly error: OttlaError; readonly leaderMayHaveMoved: boolean }
  | { readonly kind: 'split' }
  /** Not written, though it was its turn: again, in a new epoch. */
  | { readonly kind: 'retryInNewEpoch'; readonly error: OttlaError }
  | { readonly kind: 'fail'; readonly error: OttlaError; readonly newEpoch: boolean }

const otherLeader = new Set<ErrorName>([
  'NOT_LEADER_OR_FOLLOWER',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'FENCED_LEADER_EPOCH',
  'KAFKA_STORAGE_ERROR',
  'NETWORK_EXCEPTION',
])

/** Kafka's rules for producers: KIP-98, KIP-360, and the Java client's order of retries. */
export function verdictOf(answer: PartitionAnswer, batch: ProducerBatch, queue: PartitionQueue): Verdict {
  const { topic, partition } = batch
  const error = brokerError(answer.errorCode, answer.errorMessage, { topic, partition })
  if (error === undefined) return { kind: 'delivered' }
  const name = errorOf(answer.errorCode).name as ErrorName
  switch (name) {
    case 'DUPLICATE_SEQUENCE_NUMBER':
      // It was written so long ago that the broker has forgotten where.
      return { kind: 'delivered' }
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return batch.count > 1 ? { kind: 'split' } : { kind: 'fail', error, newEpoch: false }
    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
      // Batches before it were undecided: now that they are there, or will be, it is its turn.
      if (!batch.wasSentAsOldest) return { kind: 'retry', error, leaderMayHaveMoved: false }
      // Nobody gave up on a batch before it, so the broker has lost what it had acknowledged: that must not go unseen.
      return queue.hasGap ? { kind: 'retryInNewEpoch', error } : { kind: 'fail', error, newEpoch: true }
    case 'UNKNOWN_PRODUCER_ID':
      // The broker has forgotten the producer, as retention allows: nothing that it would know was written.
      return batch.wasSentAsOldest
        ? { kind: 'retryInNewEpoch', error }
        : { kind: 'retry', error, leaderMayHaveMoved: false }
    case 'INVALID_PRODUCER_EPOCH':
      return { kind: 'fail', error, newEpoch: true }
    default:
      if (!error.retriable) return { kind: 'fail', error, newEpoch: false }
      return { kind: 'retry', error, leaderMayHaveMoved: otherLeader.has(name) }
  }
}

/** Records that have an error of their own in a batch that was refused, by their place in it (KIP-467). */
export function recordErrors(answer: PartitionAnswer, batch: ProducerBatch): Map<number, OttlaError> {
  const { topic, partition } = batch
  return new Map(
    answer.recordErrors.map(({ batchIndex, batchIndexErrorMessage }) => [
      batchIndex,
      brokerError(answer.errorCode, batchIndexErrorMessage ?? answer.errorMessage, { topic, partition })!,
    ]),
  )
}
