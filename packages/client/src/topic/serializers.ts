import type { Bytes } from '../producer/record.ts'
import { isPromise, type StandardSchema, validated } from './standard-schema.ts'

/**
 * Between what a program works with and the bytes in a topic. Null stays null, and comes to neither function. Either may
 * take its time and give a promise; records keep their order all the same.
 */
export interface Serializer<In, Out = In> {
  /** The bytes of a value. */
  serialize(value: In): Bytes | Promise<Bytes>
  /** Throws for bytes that are none of its own. */
  deserialize(bytes: Buffer): Out | Promise<Out>
}

/** UTF-8. */
export const string: Serializer<string> = {
  serialize: (value) => value,
  deserialize: (bytes) => bytes.toString(),
}

/** Bytes as they are. */
export const bytes: Serializer<Uint8Array, Buffer> = {
  serialize: (value) => value,
  deserialize: (value) => value,
}

/** JSON, of a type that is taken on trust, or checked by a schema (zod, valibot, arktype, …) both ways. */
export function json<T>(): Serializer<T>
export function json<In, Out>(schema: StandardSchema<In, Out>): Serializer<In, Out>
export function json(schema?: StandardSchema<any, any>): Serializer<any> {
  return {
    serialize: (value) => (schema === undefined ? JSON.stringify(value) : checkedText(schema, value)),
    deserialize(text) {
      const value = JSON.parse(text.toString())
      return schema === undefined ? value : validated(schema, value)
    },
  }
}

/** What is written is what was given: a schema that transforms does so for readers. */
function checkedText(schema: StandardSchema<unknown, unknown>, value: unknown): string | Promise<string> {
  const text = () => JSON.stringify(value)
  const checked = validated(schema, value)
  return isPromise(checked) ? checked.then(text) : text()
}

/** Numbers as Kafka's own serializers have them: big-endian, of a fixed size. */
export const int16 = number(2, {
  write: (buffer, value) => buffer.writeInt16BE(value),
  read: (buffer) => buffer.readInt16BE(),
})
/** 4 bytes, big-endian. */
export const int32 = number(4, {
  write: (buffer, value) => buffer.writeInt32BE(value),
  read: (buffer) => buffer.readInt32BE(),
})
/** 4 bytes, IEEE 754, big-endian. */
export const float32 = number(4, {
  write: (buffer, value) => buffer.writeFloatBE(value),
  read: (buffer) => buffer.readFloatBE(),
})
/** 8 bytes, IEEE 754, big-endian. */
export const float64 = number(8, {
  write: (buffer, value) => buffer.writeDoubleBE(value),
  read: (buffer) => buffer.readDoubleBE(),
})
/** A bigint in 8 bytes, big-endian. */
export const int64 = number<bigint>(8, {
  write: (buffer, value) => buffer.writeBigInt64BE(value),
  read: (buffer) => buffer.readBigInt64BE(),
})

function number<T = number>(
  size: number,
  { write, read }: { write: (buffer: Buffer, value: T) => void; read: (buffer: Buffer) => T },
): Serializer<T> {
  return {
    serialize(value) {
      const buffer = Buffer.allocUnsafe(size)
      write(buffer, value)
      return buffer
    },
    deserialize(buffer) {
      if (buffer.length !== size) throw new TypeError(`${buffer.length} bytes, where the number has ${size}`)
      return read(buffer)
    },
  }
}
