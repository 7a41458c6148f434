import { MalformedError } from './malformed.ts'

/** How many array items one frame may hold, unless its reader is told otherwise. */
export const defaultItemLimit = 1_000_000
const maxStringBytes = 0x7fff

/**
 * Reads Kafka's primitives from a frame. The bytes are hostile: nothing is read past the end, a length or count is
 * compared with what is left before anything is allocated, and all that is thrown is `MalformedError`.
 * Bytes and records are views of the frame: they keep it in memory, and change with it.
 */
export class Reader {
  readonly buf: Buffer
  pos: number
  readonly #view: DataView
  // A frame of empty strings holds as many items as bytes, and each takes many bytes of memory: so items are counted.
  #itemsLeft: number
  readonly #itemLimit: number

  constructor(bytes: Uint8Array, itemLimit: number = defaultItemLimit) {
    this.buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.pos = 0
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#itemsLeft = itemLimit
    this.#itemLimit = itemLimit
  }

  /** Array items read so far: what a message takes in memory beyond its bytes. */
  get items(): number {
    return this.#itemLimit - this.#itemsLeft
  }

  get remaining(): number {
    return this.buf.length - this.pos
  }

  malformed(why: string): MalformedError {
    return new MalformedError(this.pos, why)
  }

  /** Passes over `bytes` bytes and returns where they begin. */
  skip(bytes: number): number {
    const at = this.pos
    if (bytes < 0 || bytes > this.buf.length - at)
      throw this.malformed(`${bytes} bytes where ${this.remaining} are left`)
    this.pos = at + bytes
    return at
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  int8(): number {
    return this.#view.getInt8(this.skip(1))
  }

  int16(): number {
    return this.#view.getInt16(this.skip(2))
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2))
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4))
  }

  /** Exact to 2^53 and rounded beyond; see `ExactReader`. */
  int64(): number {
    const at = this.skip(8)
    return this.#view.getInt32(at) * 0x1_0000_0000 + this.#view.getUint32(at + 4)
  }

  /** All 64 bits. */
  bigint64(): bigint {
    return this.#view.getBigInt64(this.skip(8))
  }

  float64(): number {
    return this.#view.getFloat64(this.skip(8))
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#view.getUint8(this.skip(1))
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw this.malformed('a varint of more than 5 bytes')
  }

  /** Zigzag, as records use it. One or two bytes, which is nearly all there are, are read without a loop. */
  varint(): number {
    const at = this.pos
    const { buf } = this
    // Behind the end of the buffer there is `undefined`, which is not less than anything.
    const first = buf[at]!
    if (first < 0x80) {
      this.pos = at + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = buf[at + 1]!
    if (second < 0x80) {
      this.pos = at + 2
      return ((second << 6) | ((first & 0x7f) >>> 1)) ^ -(first & 1)
    }
    const value = this.uvarint()
    return (value >>> 1) ^ -(value & 1)
  }

  /** Zigzag with up to 64 bits; exact to 2^53. */
  varlong(): number {
    if (this.buf[this.pos]! < 0x80 || this.buf[this.pos + 1]! < 0x80) return this.varint()
    let byte = this.#view.getUint8(this.skip(1))
    const negative = (byte & 1) === 1
    let magnitude = (byte & 0x7f) >>> 1
    for (let scale = 64; byte >= 0x80; scale *= 128) {
      if (scale > 2 ** 62) throw this.malformed('a varint of more than 10 bytes')
      byte = this.#view.getUint8(this.skip(1))
      magnitude += (byte & 0x7f) * scale
    }
    return negative ? -magnitude - 1 : magnitude
  }

  uuid(): string {
    const at = this.skip(16)
    return this.buf.toString('base64url', at, at + 16)
  }

  plainString(): string {
    return this.#present(this.plainNullableString())
  }

  plainNullableString(): string | null {
    const bytes = this.int16()
    return bytes < 0 ? null : this.utf8(bytes)
  }

  compactString(): string {
    return this.#present(this.compactNullableString())
  }

  compactNullableString(): string | null {
    const bytes = this.uvarint() - 1
    if (bytes > maxStringBytes) throw this.malformed(`a string of ${bytes} bytes`)
    return bytes < 0 ? null : this.utf8(bytes)
  }

  plainBytes(): Buffer {
    return this.#present(this.plainNullableBytes())
  }

  plainNullableBytes(): Buffer | null {
    const bytes = this.int32()
    return bytes < 0 ? null : this.raw(bytes)
  }

  compactBytes(): Buffer {
    return this.#present(this.compactNullableBytes())
  }

  compactNullableBytes(): Buffer | null {
    const bytes = this.uvarint() - 1
    return bytes < 0 ? null : this.raw(bytes)
  }

  /** Items of an array, each of which takes at least `itemBytes`; -1 for null. */
  plainCount(itemBytes: number): number {
    return this.#count(this.int32(), itemBytes)
  }

  compactCount(itemBytes: number): number {
    return this.#count(this.uvarint() - 1, itemBytes)
  }

  utf8(bytes: number): string {
    const at = this.skip(bytes)
    return bytes === 0 ? '' : this.buf.toString('utf8', at, at + bytes)
  }

  /** A view of the next bytes. */
  raw(bytes: number): Buffer {
    const at = this.skip(bytes)
    return this.buf.subarray(at, at + bytes)
  }

  #count(count: number, itemBytes: number): number {
    if (count < 0) return -1
    if (count * itemBytes > this.remaining)
      throw this.malformed(`${count} items where ${this.remaining} bytes are left`)
    this.#itemsLeft -= count
    if (this.#itemsLeft < 0) throw this.malformed('more array items than the limit')
    return count
  }

  #present<T>(value: T | null): T {
    if (value === null) throw this.malformed('null where the field has none')
    return value
  }
}

/** Gives each int64 as a bigint, against its type, where every bit counts more than speed: in tests and tools. */
export class ExactReader extends Reader {
  override int64(): number {
    return this.bigint64() as unknown as number
  }
}
