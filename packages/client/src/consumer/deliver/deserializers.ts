/** Makes a key or value of its bytes; null comes for null. Throws for bytes that are none. */
export type Deserializer<T> = (bytes: Buffer | null, topic: string) => T

export interface Deserializers<K, V> {
  readonly key: Deserializer<K>
  readonly value: Deserializer<V>
}

const asItIs = (bytes: Buffer | null) => bytes

/** Without deserializers, keys and values are buffers. */
export const deserializersOf = <K, V>(given: {
  readonly keyDeserializer?: Deserializer<K>
  readonly valueDeserializer?: Deserializer<V>
}): Deserializers<K, V> => ({
  key: given.keyDeserializer ?? (asItIs as Deserializer<any>),
  value: given.valueDeserializer ?? (asItIs as Deserializer<any>),
})
