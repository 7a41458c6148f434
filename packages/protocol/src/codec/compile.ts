import { emitDecodeStruct } from './emit-decoder.ts'
import { emitEncodeStruct } from './emit-encoder.ts'
import type { Reader } from './reader.ts'
import type { Decoded, Message } from './schema.ts'
import { Source } from './source.ts'
import type { Pieces, Writer } from './writer.ts'

/** What an encoder takes: fields that are left out get their defaults, and bytes may come in several pieces. */
export type Partially<T> = T extends Uint8Array
  ? Pieces
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer E)[]
      ? readonly Partially<E>[]
      : { readonly [K in keyof T]?: Partially<T[K]> | undefined }

/** Values of fields that the version lacks are dropped. Throws TypeError or RangeError for what has no form on the wire. */
export type Encoder<M> = (writer: Writer, message: Partially<Decoded<M>>) => void
/** Throws MalformedError. What follows the message is left alone, as Kafka does. */
export type Decoder<M> = (reader: Reader) => Decoded<M>

interface Compiled {
  readonly encoders: (Encoder<any> | undefined)[]
  readonly decoders: (Decoder<any> | undefined)[]
}

const compiled = new WeakMap<Message<any>, Compiled>()

/** The encoder of one version of a message; compiled when first asked for. */
export function encoder<M extends Message<any>>(message: M, version: number): Encoder<M> {
  const { encoders } = compiledOf(message)
  encoders[version] ??= compileEncoder(message, version)
  return encoders[version]
}

/** The decoder of one version of a message; compiled when first asked for. */
export function decoder<M extends Message<any>>(message: M, version: number): Decoder<M> {
  const { decoders } = compiledOf(message)
  decoders[version] ??= compileDecoder(message, version)
  return decoders[version]
}

function compiledOf(message: Message<any>): Compiled {
  const known = compiled.get(message)
  if (known !== undefined) return known
  const fresh: Compiled = { encoders: [], decoders: [] }
  compiled.set(message, fresh)
  return fresh
}

function compileEncoder(message: Message<any>, version: number): Encoder<any> {
  const source = sourceOf(message, version)
  emitEncodeStruct(source, message.fields, 'm')
  return source.compile('encode(w, m)', `${message.name}-v${version}-encode`)
}

function compileDecoder(message: Message<any>, version: number): Decoder<any> {
  const source = sourceOf(message, version)
  source.line(`return ${emitDecodeStruct(source, message.fields)};`)
  return source.compile('decode(r)', `${message.name}-v${version}-decode`)
}

function sourceOf(message: Message<any>, version: number): Source {
  const [min, max] = message.versions
  if (!Number.isInteger(version) || version < min || version > max)
    throw new RangeError(`${message.name} has no version ${version}`)
  return new Source(version, version >= message.flexible)
}
