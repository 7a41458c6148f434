import { crc32c } from '../crc32c.ts'
import { KafkaError } from '../errors.ts'
import { int64At, putInt64 } from '../int64.ts'
import {
  attributeBits,
  batchHeaderBytes,
  type CompressionType,
  compressionTypes,
  layout,
  lengthOverhead,
  type TimestampType,
} from './layout.ts'

/**
 * A batch as it lies on the wire, read in place. Offset and leader epoch lie before the checksummed part: the broker
 * patches them without touching the rest. Made by `packedBatches` or `packedBatchAt`, which check its bounds.
 */
export class PackedBatch {
  /** This batch, all of it and nothing else; a view. */
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get baseOffset(): number {
    return int64At(this.bytes, layout.baseOffset)
  }
  set baseOffset(offset: number) {
    putInt64(this.bytes, layout.baseOffset, offset)
  }

  /** Offset of the last record that was written; compaction may have removed it. */
  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta
  }
  get nextOffset(): number {
    return this.lastOffset + 1
  }
  get lastOffsetDelta(): number {
    return this.bytes.readInt32BE(layout.lastOffsetDelta)
  }

  get partitionLeaderEpoch(): number {
    return this.bytes.readInt32BE(layout.partitionLeaderEpoch)
  }
  set partitionLeaderEpoch(epoch: number) {
    this.bytes.writeInt32BE(epoch, layout.partitionLeaderEpoch)
  }

  get crc(): number {
    return this.bytes.readUInt32BE(layout.crc)
  }
  /** The bytes are those that the producer made. */
  get intact(): boolean {
    return this.crc === this.#computedCrc()
  }

  get attributes(): number {
    return this.bytes.readInt16BE(layout.attributes)
  }
  /** KafkaError UNSUPPORTED_COMPRESSION_TYPE for codes that nothing stands for. */
  get compression(): CompressionType {
    const code = this.attributes & attributeBits.compression
    const type = compressionTypes[code]
    if (type === undefined) throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', `no compression has the code ${code}`)
    return type
  }
  get timestampType(): TimestampType {
    return this.attributes & attributeBits.logAppendTime ? 'LogAppendTime' : 'CreateTime'
  }
  get isTransactional(): boolean {
    return (this.attributes & attributeBits.transactional) !== 0
  }
  /** Holds markers of transactions (or Kafka's own control records), nothing for consumers. */
  get isControl(): boolean {
    return (this.attributes & attributeBits.control) !== 0
  }
  get hasDeleteHorizon(): boolean {
    return (this.attributes & attributeBits.deleteHorizon) !== 0
  }

  get baseTimestamp(): number {
    return int64At(this.bytes, layout.baseTimestamp)
  }
  get maxTimestamp(): number {
    return int64At(this.bytes, layout.maxTimestamp)
  }

  /** -1: the producer is not idempotent. Brokers hand out ids from 0 up; beyond 2^53 see `exactProducerId`. */
  get producerId(): number {
    return int64At(this.bytes, layout.producerId)
  }
  get exactProducerId(): bigint {
    return this.bytes.readBigInt64BE(layout.producerId)
  }
  get hasProducer(): boolean {
    return this.producerId >= 0
  }
  get producerEpoch(): number {
    return this.bytes.readInt16BE(layout.producerEpoch)
  }
  get baseSequence(): number {
    return this.bytes.readInt32BE(layout.baseSequence)
  }
  /** Sequences run from 0 to 2^31 - 1 and around. */
  get lastSequence(): number {
    const base = this.baseSequence
    return base < 0 ? base : (base + this.lastOffsetDelta) % 2 ** 31
  }

  /** How many records the header claims; only unpacking tells. */
  get recordsCount(): number {
    return this.bytes.readInt32BE(layout.recordsCount)
  }
  /** The records, still compressed; a view. */
  get recordBytes(): Buffer {
    return this.bytes.subarray(layout.records)
  }

  /** As the broker stamps it for `message.timestamp.type`. These fields are checksummed: the checksum changes too. */
  setMaxTimestamp(type: TimestampType, maxTimestamp: number): void {
    if (type === this.timestampType && maxTimestamp === this.maxTimestamp) return
    const others = this.attributes & ~attributeBits.logAppendTime
    this.bytes.writeInt16BE(others | (type === 'LogAppendTime' ? attributeBits.logAppendTime : 0), layout.attributes)
    putInt64(this.bytes, layout.maxTimestamp, maxTimestamp)
    this.bytes.writeUInt32BE(this.#computedCrc(), layout.crc)
  }

  #computedCrc(): number {
    return crc32c(this.bytes, layout.attributes)
  }
}

/**
 * The batch at `at`, or undefined if it is not there as a whole (the buffer ends before it does).
 * KafkaError INVALID_RECORD for the formats before magic 2, as Kafka answers a Produce with them since version 3;
 * CORRUPT_MESSAGE for what is no batch. The checksum is not looked at: `intact`.
 */
export function packedBatchAt(bytes: Buffer, at: number): PackedBatch | undefined {
  if (bytes.length - at <= layout.magic) return undefined
  const size = bytes.readInt32BE(at + layout.length) + lengthOverhead
  const magic = bytes.readInt8(at + layout.magic)
  if (magic < 0 || magic > 2) throw new KafkaError('CORRUPT_MESSAGE', `no record batch at byte ${at}: magic ${magic}`)
  if (magic < 2)
    throw new KafkaError(
      'INVALID_RECORD',
      `record batches must be of magic 2, the one at byte ${at} is of magic ${magic}`,
    )
  if (size < batchHeaderBytes)
    throw new KafkaError('CORRUPT_MESSAGE', `a record batch of ${size} bytes at byte ${at}, less than its header`)
  if (size > bytes.length - at) return undefined
  return new PackedBatch(bytes.subarray(at, at + size))
}

/** All whole batches from `at` on. What a cut-off batch leaves at the end is left out, as in the answers of a Fetch. */
export function packedBatches(bytes: Buffer, at = 0): PackedBatch[] {
  const batches: PackedBatch[] = []
  let batch = packedBatchAt(bytes, at)
  while (batch !== undefined) {
    batches.push(batch)
    at += batch.bytes.length
    batch = packedBatchAt(bytes, at)
  }
  return batches
}
