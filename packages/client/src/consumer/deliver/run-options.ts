import type { OttlaError } from '../../ottla-error.ts'
import type { ConsumerRecord } from '../consumer-record.ts'
import type { ConsumerBatch } from './consumer-batch.ts'

/** What a handler is told beside what it handles. */
export interface HandlerContext {
  /** Fires when the partition is taken away, or the consumer closes: what is not finished soon is done by others too. */
  readonly signal: AbortSignal
}

/** Handles a record. It is processed when this has returned, or its promise has settled; a throw is for `onError`. */
export type EachRecord<K, V> = (record: ConsumerRecord<K, V>, context: HandlerContext) => unknown
/** Handles a batch, whose records are all processed when this has returned, or its promise has settled. */
export type EachBatch<K, V> = (batch: ConsumerBatch<K, V>, context: HandlerContext) => unknown

interface CommonRunOptions {
  /** How many handlers may work at the same time. */
  readonly concurrency?: number
  /** Ends the run when it fires; handlers that work finish first. */
  readonly signal?: AbortSignal
}

/** A run that hands out records. */
export interface RunByRecord<K, V> extends CommonRunOptions {
  /** Called for each record. */
  readonly eachRecord: EachRecord<K, V>
  readonly eachBatch?: never
  /** What is handled one after the other: the records of a partition, or those of a key in it. */
  readonly orderedBy?: 'partition' | 'key'
  /**
   * What to do with a record whose handler failed: go on as if it had not (`skip`), call the handler again (`retry`), or
   * end the run (`stop`, as without this function). It may wait before it answers.
   */
  readonly onError?: (error: OttlaError, record: ConsumerRecord<K, V>) => ErrorDecision | Promise<ErrorDecision>
}

/** A run that hands out batches as they were fetched. */
export interface RunByBatch<K, V> extends CommonRunOptions {
  /** Called for each batch. */
  readonly eachBatch: EachBatch<K, V>
  readonly eachRecord?: never
  readonly orderedBy?: never
  readonly onError?: never
}

/** What a run does with a record whose handler failed: `skip` it, `retry` it, or `stop`. */
export type ErrorDecision = 'skip' | 'retry' | 'stop'
/** What `run` hands out, and to how many handlers at a time. */
export type RunOptions<K, V> = RunByRecord<K, V> | RunByBatch<K, V>
