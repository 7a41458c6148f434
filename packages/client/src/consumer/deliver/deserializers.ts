import { OttlaError } from '../../ottla-error.ts'
import { issuesOf } from '../../topic/standard-schema.ts'
import type { ConsumerRecord } from '../consumer-record.ts'

/** Makes a key or value of its bytes, at once or later; null comes for null. Throws for bytes that are none. */
export type Deserializer<T> = (bytes: Buffer | null, topic: string) => T | Promise<T>

/**
 * What to do with a record that cannot be made of its bytes, or does not fit its schema: go on without it (`skip`), or
 * give the error to whoever reads (`stop`, as without this function). It may wait before it answers, and send the record,
 * whose key and value are bytes here, elsewhere. The error names topic, partition, offset and issues. A share consumer
 * rejects what it skips, and releases it otherwise.
 */
export type OnDeserializationError = (
  error: OttlaError,
  record: ConsumerRecord<Buffer | null, Buffer | null>,
) => DeserializationDecision | Promise<DeserializationDecision>

/** What becomes of a record whose bytes are not what they should be: it is left out, or reading ends. */
export type DeserializationDecision = 'skip' | 'stop'

/** What becomes of the bytes of keys and values; buffers, without any. */
export interface DeserializerOptions<K, V> {
  /** Without one, keys are buffers. */
  readonly keyDeserializer?: Deserializer<K>
  readonly valueDeserializer?: Deserializer<V>
  readonly onDeserializationError?: OnDeserializationError
}

export interface Deserializers<K, V> {
  readonly key: Deserializer<K>
  readonly value: Deserializer<V>
  readonly onError: OnDeserializationError | undefined
  /** Keys and values stay the buffers that they are. */
  readonly areNone: boolean
}

const asItIs = (bytes: Buffer | null) => bytes

/** Without deserializers, keys and values are buffers. */
export const deserializersOf = <K, V>(given: DeserializerOptions<K, V>): Deserializers<K, V> => ({
  key: given.keyDeserializer ?? (asItIs as Deserializer<any>),
  value: given.valueDeserializer ?? (asItIs as Deserializer<any>),
  onError: given.onDeserializationError,
  areNone: given.keyDeserializer === undefined && given.valueDeserializer === undefined,
})

export function deserializationFailed(cause: unknown, record: ConsumerRecord): OttlaError {
  const { topic, partition, offset } = record
  const why = cause instanceof Error ? cause.message : String(cause)
  const message = `a record cannot be deserialized: ${why}; seek past it, or let onDeserializationError skip it`
  const issues = issuesOf(cause)
  return new OttlaError('DESERIALIZATION_FAILED', { message, topic, partition, offset, issues, cause })
}
