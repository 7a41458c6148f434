import { zeroUuid } from './schema.ts'

/** Bytes in one piece, or in several that follow one another. */
export type Pieces = Uint8Array | readonly Uint8Array[]

const maxStringBytes = 0x7fff

/**
 * Writes Kafka's primitives into pieces, ready for writev:
 *
 *     chunk   | taken before | open piece ...... | free |
 *                            ^start              ^pos
 *     pieces  [header bytes] [records, by reference] [bytes] …
 *
 * Small values go into the open piece. Bytes of `sharedBytes` and more are not copied: they close the open piece and
 * become one of their own, and must not change until they are sent. A chunk is never written twice, so one writer serves
 * all connections, and pieces stay valid for as long as they are held (each holds its whole chunk in memory).
 */
export class Writer {
  readonly #chunkBytes: number
  readonly #sharedBytes: number
  #chunk: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(this.#chunk.buffer)
  #start = 0
  #pos = 0
  #pieces: Buffer[] = []
  #piecesBytes = 0
  // Inside a sized region all is copied, so that its size can be put in front.
  #sizedDepth = 0

  constructor(options: { chunkBytes?: number; sharedBytes?: number } = {}) {
    this.#chunkBytes = options.chunkBytes ?? 32 * 1024
    this.#sharedBytes = options.sharedBytes ?? 1024
  }

  /** Bytes written since the last `finish` or `parts`. */
  get bytes(): number {
    return this.#piecesBytes + this.#pos - this.#start
  }

  /** Takes what was written, in pieces. */
  parts(): Buffer[] {
    this.#closePiece()
    const parts = this.#pieces
    this.#pieces = []
    this.#piecesBytes = 0
    return parts
  }

  /** Takes what was written, in one piece. */
  finish(): Buffer {
    const parts = this.parts()
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  /** Forgets what was written, after an encoder has failed half-way. */
  discard(): void {
    this.#sizedDepth = 0
    this.parts()
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setInt8(at, value)
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setInt16(at, value)
  }

  uint16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setInt32(at, value)
  }

  int64(value: number | bigint): void {
    const at = this.#reserve(8)
    if (typeof value === 'bigint') this.#view.setBigInt64(at, value)
    else setInt64(this.#view, at, value)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value)
  }

  uvarint(value: number): void {
    const at = this.#reserve(5)
    this.#pos = putUvarint(this.#chunk, at, value)
  }

  /** Zigzag, as records use it. */
  varint(value: number): void {
    this.uvarint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  /** Zigzag with up to 64 bits; exact to 2^53. */
  varlong(value: number): void {
    let at = this.#reserve(10)
    let magnitude = value < 0 ? -value - 1 : value
    let byte = (magnitude % 64) * 2 + (value < 0 ? 1 : 0)
    magnitude = Math.floor(magnitude / 64)
    while (magnitude > 0) {
      this.#chunk[at++] = byte | 0x80
      byte = magnitude % 128
      magnitude = Math.floor(magnitude / 128)
    }
    this.#chunk[at++] = byte
    this.#pos = at
  }

  uuid(value: string): void {
    const at = this.#reserve(16)
    if (value === zeroUuid) this.#chunk.fill(0, at, at + 16)
    else if (value.length !== 22 || this.#chunk.write(value, at, 16, 'base64url') !== 16)
      throw new TypeError(`not a uuid in Kafka's form (22 characters of base64url): ${value}`)
  }

  plainString(value: string): void {
    const bytes = stringBytes(value)
    this.int16(bytes)
    this.utf8(value, bytes)
  }

  plainNullableString(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.plainString(value)
  }

  compactString(value: string): void {
    const bytes = stringBytes(value)
    this.uvarint(bytes + 1)
    this.utf8(value, bytes)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.compactString(value)
  }

  plainBytes(value: Pieces): void {
    this.int32(piecesBytes(value))
    this.raw(value)
  }

  plainNullableBytes(value: Pieces | null): void {
    if (value === null) this.int32(-1)
    else this.plainBytes(value)
  }

  compactBytes(value: Pieces): void {
    this.uvarint(piecesBytes(value) + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Pieces | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }

  plainCount(count: number): void {
    this.int32(count)
  }

  compactCount(count: number): void {
    this.uvarint(count + 1)
  }

  utf8(value: string, bytes: number): void {
    if (bytes === 0) return
    const at = this.#reserve(bytes)
    this.#chunk.write(value, at, bytes, 'utf8')
  }

  raw(value: Pieces): void {
    if (!(value instanceof Uint8Array)) {
      for (const piece of value) this.raw(piece)
    } else if (value.length >= this.#sharedBytes && this.#sizedDepth === 0) {
      this.#share(value)
    } else {
      const at = this.#reserve(value.length)
      this.#chunk.set(value, at)
    }
  }

  /** Begins a region that its size stands before, as tagged fields have it. Pass the result to `endSized`. */
  beginSized(): number {
    this.#sizedDepth++
    this.#reserve(1)
    return this.#pos - this.#start
  }

  endSized(begin: number): void {
    this.#sizedDepth--
    const size = this.#pos - this.#start - begin
    // One byte was left for the size. A larger one moves the region.
    const shift = uvarintBytes(size) - 1
    this.#reserve(shift)
    const from = this.#start + begin
    if (shift > 0) this.#chunk.copyWithin(from + shift, from, from + size)
    putUvarint(this.#chunk, from - 1, size)
  }

  /** Begins a frame: its first four bytes will say how long it is. */
  beginFrame(): void {
    this.int32(0)
  }

  /** Takes the frame, in pieces. */
  endFrame(): Buffer[] {
    const size = this.bytes - 4
    const parts = this.parts()
    parts[0]!.writeInt32BE(size, 0)
    return parts
  }

  /** Room for `bytes` more in the open piece: returns where, and moves on. It may change `#chunk` and `#view`. */
  #reserve(bytes: number): number {
    if (bytes > this.#chunk.length - this.#pos) this.#nextChunk(bytes)
    const at = this.#pos
    this.#pos = at + bytes
    return at
  }

  // Only the open piece moves to the new chunk: the closed ones lie in chunks of their own.
  #nextChunk(bytes: number): void {
    const open = this.#chunk.subarray(this.#start, this.#pos)
    const chunk = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, 2 * (open.length + bytes)))
    chunk.set(open)
    this.#chunk = chunk
    this.#view = new DataView(chunk.buffer)
    this.#start = 0
    this.#pos = open.length
  }

  #closePiece(): void {
    if (this.#pos === this.#start) return
    this.#pieces.push(this.#chunk.subarray(this.#start, this.#pos))
    this.#piecesBytes += this.#pos - this.#start
    this.#start = this.#pos
  }

  #share(value: Uint8Array): void {
    this.#closePiece()
    this.#pieces.push(Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.length))
    this.#piecesBytes += value.length
  }
}

/** Bytes that `Writer.varint` takes. */
export const varintBytes = (value: number): number => uvarintBytes(((value << 1) ^ (value >> 31)) >>> 0)

/** Bytes that `Writer.varlong` takes. */
export function varlongBytes(value: number): number {
  let bytes = 1
  for (let rest = Math.floor((value < 0 ? -value - 1 : value) / 64); rest > 0; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

function piecesBytes(value: Pieces): number {
  return value instanceof Uint8Array ? value.length : value.reduce((bytes, piece) => bytes + piece.length, 0)
}

/** Kafka's `Long.MAX_VALUE` is 2^63 as a number, which has no int64: numbers beyond the range are cut to it. */
function setInt64(view: DataView, at: number, value: number): void {
  if (value >= 2 ** 63) {
    view.setBigInt64(at, 0x7fff_ffff_ffff_ffffn)
    return
  }
  const high = Math.floor(value / 0x1_0000_0000)
  view.setInt32(at, high)
  view.setUint32(at + 4, value - high * 0x1_0000_0000)
}

function stringBytes(value: string): number {
  const bytes = Buffer.byteLength(value)
  if (bytes > maxStringBytes)
    throw new RangeError(`a string of ${bytes} bytes; Kafka's strings end at ${maxStringBytes}`)
  return bytes
}

function putUvarint(into: Uint8Array, at: number, value: number): number {
  let rest = value
  while (rest >= 0x80) {
    into[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[at++] = rest
  return at
}

function uvarintBytes(value: number): number {
  let bytes = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes++
  return bytes
}
