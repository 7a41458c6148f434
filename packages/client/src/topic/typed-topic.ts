import type { Deserializer } from '../consumer/deliver/deserializers.ts'
import { OttlaError } from '../ottla-error.ts'
import type { Bytes, ProducerRecord } from '../producer/record.ts'
import { bytes, type Serializer } from './serializers.ts'
import { isPromise, issuesOf } from './standard-schema.ts'

/** What a consumer of a typed topic is made with: `client.consumer({ groupId, ...orders.reading })`. */
export interface Reading<K, V> {
  readonly topics: string
  readonly keyDeserializer: Deserializer<K | null>
  readonly valueDeserializer: Deserializer<V | null>
}

/** A record for a typed topic; like any other, but for its key and value. */
export interface TypedRecord<KeyIn, ValueIn> extends Omit<ProducerRecord, 'topic' | 'key' | 'value'> {
  readonly topic: Topic<KeyIn, any, ValueIn, any>
  readonly key?: KeyIn | null
  readonly value?: ValueIn | null
}

type SerializedBytes = Bytes | null | Promise<Bytes>

/** A topic with the types of its keys and values. */
export class Topic<KeyIn, KeyOut, ValueIn, ValueOut> {
  readonly name: string
  readonly #key: Serializer<KeyIn, KeyOut>
  readonly #value: Serializer<ValueIn, ValueOut>

  constructor(name: string, key: Serializer<KeyIn, KeyOut>, value: Serializer<ValueIn, ValueOut>) {
    this.name = name
    this.#key = key
    this.#value = value
  }

  get reading(): Reading<KeyOut, ValueOut> {
    return {
      topics: this.name,
      keyDeserializer: (data) => (data === null ? null : this.#key.deserialize(data)),
      valueDeserializer: (data) => (data === null ? null : this.#value.deserialize(data)),
    }
  }

  /** The record as the producer takes it. Fails with SERIALIZATION_FAILED for what the serializers do not take. */
  serialized(record: TypedRecord<KeyIn, ValueIn>): ProducerRecord | Promise<ProducerRecord> {
    const key = this.#serialized('key', this.#key, record.key, record.partition)
    const value = this.#serialized('value', this.#value, record.value, record.partition)
    const plain = { ...record, topic: this.name }
    if (!isPromise(key) && !isPromise(value)) return { ...plain, key, value }
    return Promise.all([key, value]).then(([key, value]) => ({ ...plain, key, value }))
  }

  /** Its name: where a text is wanted, a typed topic can stand in for it. */
  toString(): string {
    return this.name
  }

  #serialized<In>(
    what: string,
    serializer: Serializer<In, unknown>,
    value: In | null | undefined,
    partition: number | undefined,
  ): SerializedBytes {
    if (value === null || value === undefined) return null
    const failed = (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `the ${what} of a record does not fit: ${why}`
      throw new OttlaError('SERIALIZATION_FAILED', {
        message,
        topic: this.name,
        partition,
        issues: issuesOf(cause),
        cause,
      })
    }
    try {
      const made = serializer.serialize(value)
      return isPromise(made) ? made.catch(failed) : made
    } catch (cause) {
      return failed(cause)
    }
  }
}

/**
 * Declares a topic once, for producers and consumers:
 *
 *     const orders = defineTopic('orders', { key: string, value: json(orderSchema) })
 *     await producer.send({ topic: orders, key: 'o-1', value: { … } })
 *     for await (const { value } of client.consumer({ groupId: 'billing', ...orders.reading })) …
 */
export function defineTopic<KeyIn = Uint8Array, KeyOut = Buffer, ValueIn = Uint8Array, ValueOut = Buffer>(
  name: string,
  serializers: { readonly key?: Serializer<KeyIn, KeyOut>; readonly value?: Serializer<ValueIn, ValueOut> },
): Topic<KeyIn, KeyOut, ValueIn, ValueOut> {
  const asItIs = bytes as unknown as Serializer<any, any>
  return new Topic(name, serializers.key ?? asItIs, serializers.value ?? asItIs)
}

/** What a producer takes: a record with a topic's name, or with a typed topic. */
export type AnyRecord<K = any, V = any> = ProducerRecord | TypedRecord<K, V>

export const topicName = ({ topic }: AnyRecord): string => (typeof topic === 'string' ? topic : topic.name)

/** Most records name their topic: they pass as they are. A serializer that takes its time makes it a promise. */
export const untyped = <K, V>(record: AnyRecord<K, V>): ProducerRecord | Promise<ProducerRecord> =>
  typeof record.topic === 'string' ? (record as ProducerRecord) : record.topic.serialized(record as TypedRecord<K, V>)

/** All or nothing: one that does not fit is found before the first is sent. */
export function allUntyped<K, V>(
  records: readonly AnyRecord<K, V>[],
): readonly ProducerRecord[] | Promise<readonly ProducerRecord[]> {
  if (!records.some((record) => typeof record.topic !== 'string')) return records as readonly ProducerRecord[]
  const plain = records.map(untyped)
  return plain.some(isPromise) ? Promise.all(plain) : (plain as readonly ProducerRecord[])
}
