import type { Deserializer } from '../consumer/deliver/deserializers.ts'
import { OttlaError } from '../ottla-error.ts'
import type { ProducerRecord } from '../producer/record.ts'
import { bytes, type Serializer } from './serializers.ts'

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

  /** The record as the producer takes it. Throws INVALID_ARGUMENT for what the serializers do not take. */
  serialized({ key, value, ...rest }: TypedRecord<KeyIn, ValueIn>): ProducerRecord {
    return {
      ...rest,
      topic: this.name,
      key: this.#serialized('key', this.#key, key),
      value: this.#serialized('value', this.#value, value),
    }
  }

  #serialized<In>(what: string, serializer: Serializer<In, unknown>, value: In | null | undefined) {
    if (value === null || value === undefined) return null
    try {
      return serializer.serialize(value)
    } catch (cause) {
      const message = `the ${what} of a record does not fit: ${(cause as Error).message}`
      throw new OttlaError('INVALID_ARGUMENT', { message, topic: this.name, cause })
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
export type AnyRecord<K, V> = ProducerRecord | TypedRecord<K, V>

/** Most records name their topic: they pass as they are. */
export const untyped = <K, V>(record: AnyRecord<K, V>): ProducerRecord =>
  typeof record.topic === 'string' ? (record as ProducerRecord) : record.topic.serialized(record as TypedRecord<K, V>)

/** All or nothing: one that does not fit is found before the first is sent. */
export const allUntyped = <K, V>(records: readonly AnyRecord<K, V>[]): readonly ProducerRecord[] =>
  records.some((record) => typeof record.topic !== 'string')
    ? records.map(untyped)
    : (records as readonly ProducerRecord[])
