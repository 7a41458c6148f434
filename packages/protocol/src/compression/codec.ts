import type { CompressionType } from '../batch/layout.ts'
import { KafkaError } from '../errors.ts'

/** One of Kafka's codecs. What it cannot read is KafkaError INVALID_RECORD, whatever the bytes are. */
export interface Compression {
  readonly type: CompressionType
  /** `level` in the codec's own terms, where it has any. */
  compress(data: Uint8Array, level?: number): Buffer
  /** Allocates about `maxBytes` at most; data that would unpack to more is refused. */
  decompress(data: Uint8Array, maxBytes: number): Buffer
}

export function tooLarge(type: CompressionType, maxBytes: number): KafkaError {
  return new KafkaError('INVALID_RECORD', `records packed with ${type} unpack to more than ${maxBytes} bytes`)
}

/** The same bytes as a Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
