import {
  attributeBits,
  batchHeaderBytes,
  type CompressionType,
  compressionTypes,
  crc32c,
  layout,
  lengthOverhead,
} from '@ottla/protocol'
import type { Bytes } from './record.ts'

/** Who writes a batch, and which of its writes it is. */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
}

export const noStamp: ProducerStamp = { producerId: -1, producerEpoch: -1, baseSequence: -1 }

/** A record's header, as bytes. */
export type EncodedHeader = readonly [name: Uint8Array, value: Uint8Array | null]

export interface EncodedRecord {
  timestamp: number
  /** The first `keyLength` bytes are the key; -1: there is none. */
  key: Uint8Array
  keyLength: number
  value: Bytes | null
  /** Bytes of the value in UTF-8; -1: there is none. */
  valueLength: number
  headers: readonly EncodedHeader[]
}

const initialBytes = 1024

/**
 * A record batch that grows. Records are encoded straight into its buffer, behind the place for the batch header:
 *
 *     | header, 61 bytes: written by `seal` | record | record | … | free |
 *                                                                 ^position
 */
export class BatchBuffer {
  count = 0
  baseTimestamp = 0
  maxTimestamp = 0
  #buffer: Buffer
  #position: number = batchHeaderBytes

  constructor(buffer: Buffer = Buffer.allocUnsafeSlow(initialBytes)) {
    this.#buffer = buffer
  }

  /** Bytes so far, not compressed. */
  get bytes(): number {
    return this.#position
  }

  /** Where the batch is built: to be used again when it has been sent. */
  get buffer(): Buffer {
    return this.#buffer
  }

  append(record: EncodedRecord): void {
    const { timestamp, key, keyLength, value, valueLength, headers } = record
    if (this.count === 0) {
      this.baseTimestamp = timestamp
      this.maxTimestamp = timestamp
    } else if (timestamp > this.maxTimestamp) {
      this.maxTimestamp = timestamp
    }
    const timestampDelta = timestamp - this.baseTimestamp
    const bodyBytes =
      1 +
      varlongBytes(timestampDelta) +
      varintBytes(this.count) +
      varintBytes(keyLength) +
      Math.max(keyLength, 0) +
      varintBytes(valueLength) +
      Math.max(valueLength, 0) +
      headersBytes(headers)
    this.#reserve(bodyBytes + 5)
    const buffer = this.#buffer
    let at = putVarint(buffer, this.#position, bodyBytes)
    buffer[at++] = 0
    at = putVarlong(buffer, at, timestampDelta)
    at = putVarint(buffer, at, this.count)
    at = putVarint(buffer, at, keyLength)
    if (keyLength > 0) at = putBytes(buffer, at, key, keyLength)
    at = putVarint(buffer, at, valueLength)
    if (valueLength > 0) {
      if (typeof value === 'string') buffer.write(value, at, valueLength, 'utf8')
      else buffer.set(value!, at)
      at += valueLength
    }
    this.#position = headers.length === 0 ? putVarint(buffer, at, 0) : putHeaders(buffer, at, headers)
    this.count++
  }

  /** The records, as they are before compression; a view. */
  get records(): Buffer {
    return this.#buffer.subarray(batchHeaderBytes, this.#position)
  }

  /** The whole batch as it goes on the wire, its header in front. Not compressed: a view of the buffer. */
  seal(
    stamp: ProducerStamp,
    isTransactional: boolean,
    compressed?: { type: CompressionType; records: Uint8Array },
  ): Buffer {
    const batch =
      compressed === undefined
        ? this.#buffer.subarray(0, this.#position)
        : Buffer.concat([Buffer.allocUnsafe(batchHeaderBytes), compressed.records])
    const compression = compressed === undefined ? 0 : compressionTypes.indexOf(compressed.type)
    writeHeader(batch, {
      attributes: compression | (isTransactional ? attributeBits.transactional : 0),
      count: this.count,
      baseTimestamp: this.baseTimestamp,
      maxTimestamp: this.maxTimestamp,
      stamp,
    })
    return batch
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, batchHeaderBytes, batchHeaderBytes, this.#position)
    this.#buffer = larger
  }
}

interface BatchHeader {
  readonly attributes: number
  readonly count: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly stamp: ProducerStamp
}

function writeHeader(batch: Buffer, { attributes, count, baseTimestamp, maxTimestamp, stamp }: BatchHeader): void {
  putInt64(batch, layout.baseOffset, 0)
  batch.writeInt32BE(batch.length - lengthOverhead, layout.length)
  batch.writeInt32BE(-1, layout.partitionLeaderEpoch)
  batch.writeInt8(2, layout.magic)
  batch.writeInt16BE(attributes, layout.attributes)
  batch.writeInt32BE(count - 1, layout.lastOffsetDelta)
  putInt64(batch, layout.baseTimestamp, baseTimestamp)
  putInt64(batch, layout.maxTimestamp, maxTimestamp)
  putInt64(batch, layout.producerId, stamp.producerId)
  batch.writeInt16BE(stamp.producerEpoch, layout.producerEpoch)
  batch.writeInt32BE(stamp.baseSequence, layout.baseSequence)
  batch.writeInt32BE(count, layout.recordsCount)
  batch.writeUInt32BE(crc32c(batch, layout.attributes), layout.crc)
}

function putInt64(into: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000)
  into.writeInt32BE(high, at)
  into.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
}

function headersBytes(headers: readonly EncodedHeader[]): number {
  let bytes = varintBytes(headers.length)
  for (const [name, value] of headers) {
    bytes += varintBytes(name.length) + name.length
    bytes += value === null ? 1 : varintBytes(value.length) + value.length
  }
  return bytes
}

function putHeaders(into: Uint8Array, begin: number, headers: readonly EncodedHeader[]): number {
  let at = putVarint(into, begin, headers.length)
  for (const [name, value] of headers) {
    at = putVarint(into, at, name.length)
    into.set(name, at)
    at = putVarint(into, at + name.length, value === null ? -1 : value.length)
    if (value === null) continue
    into.set(value, at)
    at += value.length
  }
  return at
}

// A call into the engine's memmove costs more than a few bytes do.
const shortBytes = 32

function putBytes(into: Uint8Array, at: number, bytes: Uint8Array, length: number): number {
  if (length <= shortBytes) for (let i = 0; i < length; i++) into[at + i] = bytes[i]!
  else into.set(length === bytes.length ? bytes : bytes.subarray(0, length), at)
  return at + length
}

function varintBytes(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 7
  let bytes = 1
  while (rest !== 0) {
    rest >>>= 7
    bytes++
  }
  return bytes
}

function putVarint(into: Uint8Array, at: number, value: number): number {
  let rest = (value << 1) ^ (value >> 31)
  while ((rest & ~0x7f) !== 0) {
    into[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[at++] = rest
  return at
}

const isSmall = (value: number) => value >= -0x4000_0000 && value < 0x4000_0000

function varlongBytes(value: number): number {
  if (isSmall(value)) return varintBytes(value)
  let rest = zigzag(value)
  let bytes = 1
  while (rest >= 0x80) {
    rest = Math.floor(rest / 0x80)
    bytes++
  }
  return bytes
}

function putVarlong(into: Uint8Array, at: number, value: number): number {
  if (isSmall(value)) return putVarint(into, at, value)
  let rest = zigzag(value)
  while (rest >= 0x80) {
    into[at++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  into[at++] = rest
  return at
}

// Exact to 2^52: timestamps of the year 140000.
const zigzag = (value: number) => (value >= 0 ? value * 2 : -value * 2 - 1)
