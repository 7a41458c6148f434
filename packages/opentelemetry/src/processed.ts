import { context, type TracerProvider, trace } from '@opentelemetry/api'
import type { ConsumerRecord } from '@ottla/client'
import { recordFailure } from './attributes.ts'
import { processRecord } from './process-spans.ts'
import { tracerOf } from './tracer.ts'

/** What the span says of the consumer, and where it goes. */
export interface ProcessingOptions {
  readonly groupId?: string
  readonly clientId?: string
  readonly tracerProvider?: TracerProvider
}

/**
 * Does the work for a record in a span within the record's trace: for loops, which have no handler that could be told
 * apart.
 *
 *     for await (const record of consumer) await processed(record, () => bill(record))
 */
export async function processed<T>(
  record: ConsumerRecord<any, any>,
  work: () => T | Promise<T>,
  { tracerProvider = trace.getTracerProvider(), ...owner }: ProcessingOptions = {},
): Promise<T> {
  const { span, within } = processRecord(tracerOf(tracerProvider), record, owner)
  try {
    return await context.with(within, work)
  } catch (error) {
    recordFailure(span, error)
    throw error
  } finally {
    span.end()
  }
}
