/**
 * A record batch of magic 2, as it lies on the wire and in the log:
 *
 *      0  int64   base offset             patched by the broker
 *      8  int32   length of what follows
 *     12  int32   partition leader epoch  patched by the broker
 *     16  int8    magic
 *     17  uint32  CRC-32C of all that follows
 *     21  int16   attributes: 0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *     23  int32   last offset delta
 *     27  int64   base timestamp
 *     35  int64   max timestamp
 *     43  int64   producer id
 *     51  int16   producer epoch
 *     53  int32   base sequence
 *     57  int32   records
 *     61          records, compressed as a whole
 */
export const layout = {
  baseOffset: 0,
  length: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordsCount: 57,
  records: 61,
} as const

/** Bytes before what the field `length` counts. */
export const lengthOverhead = 12
export const batchHeaderBytes = layout.records

export const attributeBits = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const

/** In the order of their codes. */
export const compressionTypes = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
/** How a batch of records is packed: one of `none`, `gzip`, `snappy`, `lz4` and `zstd`. */
export type CompressionType = (typeof compressionTypes)[number]

export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** Producer ids, epochs and sequences where there are none. */
export const noProducer = -1
