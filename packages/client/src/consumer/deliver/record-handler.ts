import { OttlaError } from '../../ottla-error.ts'
import type { ConsumerRecord } from '../consumer-record.ts'
import type { HandlerContext, RunByRecord } from './run-options.ts'

/**
 * Calls the handler for one record, again if that is decided. True when the record is done; false when its handler has
 * given up because the partition was taken away. Fails with PROCESSING_FAILED to end the run. A handler that returns
 * at once costs no wait: at a million records a second, each promise counts.
 */
export function handleRecord<K, V>(
  options: RunByRecord<K, V>,
  record: ConsumerRecord<K, V>,
  context: HandlerContext,
): true | Promise<boolean> {
  try {
    const result = options.eachRecord(record, context)
    if (!isPromise(result)) return true
    return result.then(
      () => true,
      (cause) => recover(options, record, context, cause),
    )
  } catch (cause) {
    return recover(options, record, context, cause)
  }
}

async function recover<K, V>(
  { eachRecord, onError }: RunByRecord<K, V>,
  record: ConsumerRecord<K, V>,
  context: HandlerContext,
  cause: unknown,
): Promise<boolean> {
  const { topic, partition, offset } = record
  while (!context.signal.aborted) {
    const error = processingFailed(cause, topic, partition, `the record at offset ${offset}`)
    const decision = (await onError?.(error, record)) ?? 'stop'
    if (decision === 'skip') return true
    if (decision === 'stop') throw error
    try {
      await eachRecord(record, context)
      return true
    } catch (next) {
      cause = next
    }
  }
  return false
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value

export function processingFailed(cause: unknown, topic: string, partition: number, what: string): OttlaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `the handler has failed at ${what}: ${why}`
  return new OttlaError('PROCESSING_FAILED', { message, topic, partition, cause })
}
