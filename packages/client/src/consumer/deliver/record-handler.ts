import { OttlaError } from '../../ottla-error.ts'
import type { ConsumerRecord } from '../consumer-record.ts'
import type { RunByRecord } from './run-options.ts'

/**
 * Calls the handler for one record, again if that is decided, and settles when the record is done. Throws
 * PROCESSING_FAILED to end the run. A handler that gives up because its partition was taken away has not failed; false
 * then: its record was not processed.
 */
export async function handleRecord<K, V>(
  { eachRecord, onError }: RunByRecord<K, V>,
  record: ConsumerRecord<K, V>,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    try {
      await eachRecord(record, { signal })
      return true
    } catch (cause) {
      if (signal.aborted) return false
      const { topic, partition, offset } = record
      const error = processingFailed(cause, topic, partition, `the record at offset ${offset}`)
      const decision = (await onError?.(error, record)) ?? 'stop'
      if (decision === 'skip') return true
      if (decision === 'stop') throw error
      if (signal.aborted) return false
    }
  }
}

export function processingFailed(cause: unknown, topic: string, partition: number, what: string): OttlaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `the handler has failed at ${what}: ${why}`
  return new OttlaError('PROCESSING_FAILED', { message, topic, partition, cause })
}
