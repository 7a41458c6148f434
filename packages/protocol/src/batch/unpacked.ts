import { compression, loadedCompression } from '../compression/compression.ts'
import type { PackedBatch } from './packed-batch.ts'
import { RecordCursor, type RecordHeader } from './record-cursor.ts'

/** What the records of one batch may unpack to, in bytes, unless a caller says otherwise. */
export const defaultUnpackedLimit = 256 * 1024 * 1024

/** A record, unpacked. Its buffers are views of the batch's. */
export interface UnpackedRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** Unpacks a batch and stands before its first record. The codec is loaded if it is not yet. */
export async function openRecords(batch: PackedBatch, maxBytes = defaultUnpackedLimit): Promise<RecordCursor> {
  const codec = await compression(batch.compression)
  return new RecordCursor(batch, codec.decompress(batch.recordBytes, maxBytes))
}

/** The same at once; undefined if the codec is not loaded yet. Batches without compression always open. */
export function openRecordsNow(batch: PackedBatch, maxBytes = defaultUnpackedLimit): RecordCursor | undefined {
  const type = batch.compression
  if (type === 'none') return new RecordCursor(batch, batch.recordBytes)
  const codec = loadedCompression(type)
  return codec && new RecordCursor(batch, codec.decompress(batch.recordBytes, maxBytes))
}

/** The records of a batch, one by one. */
export function* recordsOf(cursor: RecordCursor): Generator<UnpackedRecord, void, undefined> {
  while (cursor.next()) {
    const { offset, timestamp, key, value, headersCount } = cursor
    yield { offset, timestamp, key, value, headers: headersCount === 0 ? noHeaders : cursor.headers }
  }
}

const noHeaders: readonly RecordHeader[] = []

/** All records of a batch. */
export async function unpack(batch: PackedBatch, maxBytes = defaultUnpackedLimit): Promise<UnpackedRecord[]> {
  return [...recordsOf(await openRecords(batch, maxBytes))]
}
