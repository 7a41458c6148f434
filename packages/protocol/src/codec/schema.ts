// A message is declared once, as data. Its TypeScript types are inferred from the declaration;
// its encoder and decoder are compiled from it, one pair per version (compile.ts).

export type Wire =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'bytes'
  | 'records'
  | 'uuid'
  | 'struct'
  | 'array'
export type Shape = Record<string, Field<any>>

/** For `flexible`: the message has no flexible version (KIP-482). */
export const never = 0x7fff
/** Kafka's `Long.MAX_VALUE`, as near as a number comes. */
export const maxInt64 = 2 ** 63
/** The uuid of nothing, in Kafka's text form. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

interface FieldParts {
  readonly wire: Wire
  /** What a reader sees where the version lacks the field. */
  readonly zero: unknown
  /** Shape of a struct, or of an array's items; a field for arrays of primitives. */
  readonly inner: Shape | Field<any> | null
  readonly from: number
  readonly to: number
  /** The first version that allows null. */
  readonly nullFrom: number
  /** Tag (KIP-482), or -1: in line. */
  readonly tagId: number
  /** False: keeps its plain form in flexible versions (only the header's client id). */
  readonly compact: boolean
}

/** One field: its form on the wire, the versions that carry it, and the type `T` that code sees. */
export class Field<T> {
  declare readonly type: T // Never set: it only carries `T`.
  readonly wire: Wire
  readonly zero: unknown
  readonly inner: Shape | Field<any> | null
  readonly from: number
  readonly to: number
  readonly nullFrom: number
  readonly tagId: number
  readonly compact: boolean

  constructor(parts: Partial<FieldParts> & Pick<FieldParts, 'wire' | 'zero'>) {
    this.wire = parts.wire
    this.zero = parts.zero
    this.inner = parts.inner ?? null
    this.from = parts.from ?? 0
    this.to = parts.to ?? Infinity
    this.nullFrom = parts.nullFrom ?? Infinity
    this.tagId = parts.tagId ?? -1
    this.compact = parts.compact ?? true
  }

  since(from: number): Field<T> {
    return new Field({ ...this, from })
  }
  until(to: number): Field<T> {
    return new Field({ ...this, to })
  }
  default(zero: T): Field<T> {
    return new Field({ ...this, zero })
  }
  nullable(nullFrom = 0): Field<T | null> {
    return new Field({ ...this, nullFrom })
  }
  tag(tagId: number): Field<T> {
    return new Field({ ...this, tagId })
  }
  inflexible(): Field<T> {
    return new Field({ ...this, compact: false })
  }
}

export type Infer<S extends Shape> = { [K in keyof S]: S[K]['type'] }

export const bool = new Field<boolean>({ wire: 'bool', zero: false })
export const int8 = new Field<number>({ wire: 'int8', zero: 0 })
export const int16 = new Field<number>({ wire: 'int16', zero: 0 })
export const uint16 = new Field<number>({ wire: 'uint16', zero: 0 })
export const int32 = new Field<number>({ wire: 'int32', zero: 0 })
/** Exact to 2^53: offsets, ids and epochs stay below. `ExactReader` gives bigint instead. */
export const int64 = new Field<number>({ wire: 'int64', zero: 0 })
export const float64 = new Field<number>({ wire: 'float64', zero: 0 })
export const string = new Field<string>({ wire: 'string', zero: '' })
export const bytes = new Field<Uint8Array>({ wire: 'bytes', zero: new Uint8Array(0) })
export const records = new Field<Buffer>({ wire: 'records', zero: Buffer.alloc(0) })
/** In Kafka's text form: 22 characters of url-safe base64. */
export const uuid = new Field<string>({ wire: 'uuid', zero: zeroUuid })
export const struct = <S extends Shape>(shape: S): Field<Infer<S>> =>
  new Field({ wire: 'struct', zero: undefined, inner: shape })
export function array<T>(item: Field<T>): Field<T[]>
export function array<S extends Shape>(item: S): Field<Infer<S>[]>
export function array(item: Shape | Field<any>): Field<any[]> {
  return new Field({ wire: 'array', zero: [], inner: item })
}

export interface Message<S extends Shape> {
  readonly name: string
  /** Api key of a request or response; type of a coordinator's record. */
  readonly api?: number
  readonly versions: readonly [min: number, max: number]
  /** The first flexible version (KIP-482). */
  readonly flexible: number
  /** The newest version is not final in this release of Kafka and not advertised. */
  readonly unstable?: boolean
  readonly fields: S
}
/** The versions that are final in this release of Kafka: those that are advertised, and spoken without being told to. */
export const stableVersions = ({
  versions: [min, max],
  unstable,
}: Message<any>): readonly [min: number, max: number] => [min, unstable === true ? max - 1 : max]
export const message = <const S extends Shape>(m: Message<S>): Message<S> => m
/** What a decoder returns: every field, with its default where the version lacks it. */
export type Decoded<M> = M extends Message<infer S> ? Infer<S> : never
