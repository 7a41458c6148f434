import type { Attributes, AttributeValue, Span } from '@opentelemetry/api'
import { SpanStatusCode } from '@opentelemetry/api'

/*
 * Names of OpenTelemetry's semantic conventions for messaging and Kafka. They are not stable there yet, so they are
 * written down here instead of coming from a package that renames them.
 */
export const names = {
  system: 'messaging.system',
  operation: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
  client: 'messaging.client.id',
  count: 'messaging.batch.message_count',
  key: 'messaging.kafka.message.key',
  tombstone: 'messaging.kafka.message.tombstone',
  offset: 'messaging.kafka.offset',
  errorType: 'error.type',
} as const

export type OperationType = 'send' | 'process' | 'settle'

export const operation = (name: string, type: OperationType): Attributes => ({
  [names.system]: 'kafka',
  [names.operation]: name,
  [names.operationType]: type,
})

/** Without those that are undefined. */
export const known = (attributes: Readonly<Record<string, AttributeValue | undefined>>): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

/** What a record says of itself. Keys that are no text are left out. */
export const ofMessage = ({ key, value }: { readonly key?: unknown; readonly value?: unknown }): Attributes =>
  known({
    [names.key]: keyText(key),
    [names.tombstone]: value === null || value === undefined ? true : undefined,
  })

function keyText(key: unknown): string | undefined {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return String(key)
  if (!(key instanceof Uint8Array)) return undefined
  const text = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString()
  return text.includes('\ufffd') ? undefined : text
}

/** Kafka's name for it, where there is one. */
const errorType = (error: unknown): string => (error instanceof Error ? error.name : '_OTHER')

export function recordFailure(span: Span, error: unknown): void {
  span.setAttribute(names.errorType, errorType(error))
  span.recordException(error instanceof Error ? error : String(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
}
