import { varintBytes, varlongBytes, Writer } from '../codec/writer.ts'
import type { Compression } from '../compression/codec.ts'
import { crc32c } from '../crc32c.ts'
import { attributeBits, batchHeaderBytes, compressionTypes, layout, lengthOverhead, noProducer } from './layout.ts'
import { PackedBatch } from './packed-batch.ts'

/** A record to be packed. What is left out is null, or none. */
export interface NewRecord {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key?: Uint8Array | null
  readonly value?: Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** From the batch's base offset; one more than the record before unless compaction left a gap. */
  readonly offsetDelta?: number
}

export interface BatchOptions {
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  /** From `await compression(type)`; none if left out. */
  readonly compression?: Compression
  readonly compressionLevel?: number
  /** The broker's time for all records: the batch becomes one of LogAppendTime. */
  readonly logAppendTime?: number
  readonly producerId?: number | bigint
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
}

/** Packs records into a batch as they come. */
export class BatchBuilder {
  // Holds room for the header, then the records, so that a batch without compression needs no copy.
  readonly #writer = new Writer({ chunkBytes: 4096, sharedBytes: Infinity })
  #count = 0
  #lastOffsetDelta = -1
  #baseTimestamp = -1
  #maxTimestamp = -1

  get recordsCount(): number {
    return this.#count
  }

  /** Bytes of the batch so far, before compression. */
  get bytes(): number {
    return this.#count === 0 ? batchHeaderBytes : this.#writer.bytes
  }

  append(record: NewRecord): void {
    if (this.#count === 0) {
      this.#writer.raw(noHeader)
      this.#baseTimestamp = record.timestamp
    }
    this.#maxTimestamp = Math.max(this.#maxTimestamp, record.timestamp)
    this.#lastOffsetDelta = record.offsetDelta ?? this.#lastOffsetDelta + 1
    this.#count++
    writeRecord(this.#writer, record, record.timestamp - this.#baseTimestamp, this.#lastOffsetDelta)
  }

  /** Takes the records that were appended as one batch; the builder is empty then. There must be one at least. */
  build(options: BatchOptions = {}): PackedBatch {
    const plain = this.#writer.finish()
    const bytes = options.compression === undefined ? plain : compressed(plain, options)
    this.#writeHeader(bytes, options)
    this.#count = 0
    this.#lastOffsetDelta = -1
    this.#maxTimestamp = -1
    return new PackedBatch(bytes)
  }

  #writeHeader(bytes: Buffer, options: BatchOptions): void {
    const header = new Writer({ chunkBytes: batchHeaderBytes })
    header.int64(options.baseOffset ?? 0)
    header.int32(bytes.length - lengthOverhead)
    header.int32(options.partitionLeaderEpoch ?? -1)
    header.int8(2)
    header.int32(0) // The checksum, which comes last.
    header.int16(attributesOf(options))
    header.int32(this.#lastOffsetDelta)
    header.int64(this.#baseTimestamp)
    header.int64(options.logAppendTime ?? this.#maxTimestamp)
    header.int64(options.producerId ?? noProducer)
    header.int16(options.producerEpoch ?? noProducer)
    header.int32(options.baseSequence ?? noProducer)
    header.int32(this.#count)
    bytes.set(header.finish())
    bytes.writeUInt32BE(crc32c(bytes, layout.attributes), layout.crc)
  }
}

const noHeader = new Uint8Array(batchHeaderBytes)

function compressed(plain: Buffer, { compression, compressionLevel }: BatchOptions): Buffer {
  const records = compression!.compress(plain.subarray(batchHeaderBytes), compressionLevel)
  return Buffer.concat([noHeader, records])
}

/** A batch of these records. */
export function pack(records: readonly NewRecord[], options: BatchOptions = {}): PackedBatch {
  const builder = new BatchBuilder()
  for (const record of records) builder.append(record)
  return builder.build(options)
}

function attributesOf(options: BatchOptions): number {
  const compression = compressionTypes.indexOf(options.compression?.type ?? 'none')
  const logAppendTime = options.logAppendTime === undefined ? 0 : attributeBits.logAppendTime
  const transactional = options.isTransactional === true ? attributeBits.transactional : 0
  const control = options.isControl === true ? attributeBits.control : 0
  return compression | logAppendTime | transactional | control
}

function writeRecord(writer: Writer, record: NewRecord, timestampDelta: number, offsetDelta: number): void {
  const { key = null, value = null, headers = [] } = record
  const headerBytes = headers.reduce(
    (bytes, header) => bytes + sizedBytes(Buffer.byteLength(header.key)) + sizedBytes(header.value?.length ?? -1),
    varintBytes(headers.length),
  )
  const deltaBytes = varlongBytes(timestampDelta) + varintBytes(offsetDelta)
  writer.varint(1 + deltaBytes + sizedBytes(key?.length ?? -1) + sizedBytes(value?.length ?? -1) + headerBytes)
  writer.int8(0)
  writer.varlong(timestampDelta)
  writer.varint(offsetDelta)
  writeBytes(writer, key)
  writeBytes(writer, value)
  writer.varint(headers.length)
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key)
    writer.varint(keyBytes)
    writer.utf8(header.key, keyBytes)
    writeBytes(writer, header.value)
  }
}

function writeBytes(writer: Writer, bytes: Uint8Array | null): void {
  writer.varint(bytes === null ? -1 : bytes.length)
  if (bytes !== null) writer.raw(bytes)
}

/** Bytes of a length and what it counts; -1 for null. */
const sizedBytes = (length: number): number => varintBytes(length) + Math.max(length, 0)
