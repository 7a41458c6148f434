import type { OttlaError } from '../../ottla-error.ts'
import type { ConsumerRecord } from '../consumer-record.ts'
import type { ConsumerBatch } from './consumer-batch.ts'

export interface HandlerContext {
  /** Fires when the partition is taken away, or the consumer closes: what is not finished soon is done by others too. */
  readonly signal: AbortSignal
}

export type EachRecord<K, V> = (record: ConsumerRecord<K, V>, context: HandlerContext) => unknown
export type EachBatch<K, V> = (batch: ConsumerBatch<K, V>, context: HandlerContext) => unknown

interface CommonRunOptions {
  /** How many handlers may work at the same time. */
  readonly concurrency?: number
  /** Ends the run when it fires; handlers that work finish first. */
  readonly signal?: AbortSignal
}

export interface RunByRecord<K, V> extends CommonRunOptions {
  readonly eachRecord: EachRecord<K, V>
  /** What is handled one after the other: the records of a partition, or those of a key in it. */
  readonly orderedBy?: 'partition' | 'key'
  /**
   * What to do with a record whose handler failed: go on as if it had not (`skip`), call the handler again (`retry`), or
   * end the run (`stop`, as without this function). It may wait before it answers.
   */
  readonly onError?: (error: OttlaError, record: ConsumerRecord<K, V>) => ErrorDecision | Promise<ErrorDecision>
}

export interface RunByBatch<K, V> extends CommonRunOptions {
  readonly eachBatch: EachBatch<K, V>
}

export type ErrorDecision = 'skip' | 'retry' | 'stop'
export type RunOptions<K, V> = RunByRecord<K, V> | RunByBatch<K, V>
