import type { RecordCursor } from '@ottla/protocol'
import { isPromise } from '../../topic/standard-schema.ts'
import { ConsumerRecord, type RecordOrigin } from '../consumer-record.ts'
import { type Deserializers, deserializationFailed } from './deserializers.ts'

type Made<K, V> = ConsumerRecord<K, V> | undefined

/**
 * The record at which the cursor stands; undefined if it cannot be deserialized and is to be skipped. A promise only if a
 * deserializer takes its time; the cursor has to stay where it is meanwhile. Throws DESERIALIZATION_FAILED.
 */
export function makeRecord<K, V>(
  origin: RecordOrigin,
  cursor: RecordCursor,
  deserializers: Deserializers<K, V>,
): Made<K, V> | Promise<Made<K, V>> {
  // K and V are what buffers are, then.
  if (deserializers.areNone) return new ConsumerRecord(origin, cursor, cursor.key as K, cursor.value as V)
  const { topic } = origin
  try {
    const key = deserializers.key(cursor.key, topic)
    if (isPromise(key)) {
      const parts = Promise.all([key, lazily(() => deserializers.value(cursor.value, topic))])
      return later(parts, origin, cursor, deserializers)
    }
    const value = deserializers.value(cursor.value, topic)
    if (isPromise(value)) return later(Promise.all([key, value]), origin, cursor, deserializers)
    return new ConsumerRecord(origin, cursor, key, value)
  } catch (cause) {
    return failed(origin, cursor, deserializers, cause)
  }
}

const later = <K, V>(
  parts: Promise<[K, V]>,
  origin: RecordOrigin,
  cursor: RecordCursor,
  deserializers: Deserializers<K, V>,
): Promise<Made<K, V>> =>
  parts.then(
    ([key, value]) => new ConsumerRecord(origin, cursor, key, value),
    (cause) => failed(origin, cursor, deserializers, cause),
  )

/** What throws at once shall not leave the other promise without anybody who waits for it. */
const lazily = async <T>(make: () => T | Promise<T>): Promise<T> => make()

function failed(
  origin: RecordOrigin,
  cursor: RecordCursor,
  { onError }: Deserializers<any, any>,
  cause: unknown,
): undefined | Promise<undefined> {
  const raw = new ConsumerRecord(origin, cursor, cursor.key, cursor.value)
  const error = deserializationFailed(cause, raw)
  const obey = (decision: 'skip' | 'stop'): undefined => {
    if (decision !== 'skip') throw error
  }
  const decision = onError?.(error, raw) ?? 'stop'
  return isPromise(decision) ? decision.then(obey) : obey(decision)
}
