import { decoder, encoder } from '../codec/compile.ts'
import { Reader } from '../codec/reader.ts'
import { Writer } from '../codec/writer.ts'
import { KafkaError } from '../errors.ts'
import { controlRecordTypeSchema, endTxnMarker } from '../messages/control-records.ts'
import { pack } from './batch-builder.ts'
import type { PackedBatch } from './packed-batch.ts'
import { openRecordsNow, recordsOf } from './unpacked.ts'

/** Kinds of control records, by their codes in Kafka. */
export const controlRecordTypes = { abort: 0, commit: 1 } as const
const version = 0

/** The end of a transaction, as its coordinator writes it into each partition. */
export interface EndMarker {
  readonly result: keyof typeof controlRecordTypes
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly timestamp: number
}

/** A control batch of one marker: key (int16 version, int16 type), value (int16 version, int32 coordinator epoch). */
export function packEndMarker(marker: EndMarker, baseOffset = 0, partitionLeaderEpoch = -1): PackedBatch {
  const { result, producerId, producerEpoch, coordinatorEpoch, timestamp } = marker
  const writer = new Writer({ chunkBytes: 64 })
  writer.int16(version)
  encoder(controlRecordTypeSchema, version)(writer, { type: controlRecordTypes[result] })
  const key = writer.finish()
  writer.int16(version)
  encoder(endTxnMarker, version)(writer, { coordinatorEpoch })
  const value = writer.finish()
  const options = {
    baseOffset,
    partitionLeaderEpoch,
    producerId,
    producerEpoch,
    isTransactional: true,
    isControl: true,
  }
  return pack([{ timestamp, key, value }], options)
}

/** The marker of a control batch; undefined for control batches of another kind. KafkaError for what is none. */
export function endMarkerOf(batch: PackedBatch): EndMarker | undefined {
  const cursor = openRecordsNow(batch)
  const record = cursor && recordsOf(cursor).next().value
  if (record?.key == null || record.value === null)
    throw new KafkaError('INVALID_RECORD', 'a control record without key or value')
  try {
    const key = new Reader(record.key)
    key.int16()
    const { type } = decoder(controlRecordTypeSchema, version)(key)
    if (type !== controlRecordTypes.abort && type !== controlRecordTypes.commit) return undefined
    const value = new Reader(record.value)
    value.int16()
    const { coordinatorEpoch } = decoder(endTxnMarker, version)(value)
    const { producerId, producerEpoch } = batch
    const result = type === controlRecordTypes.commit ? 'commit' : 'abort'
    return { result, producerId, producerEpoch, coordinatorEpoch, timestamp: record.timestamp }
  } catch (cause) {
    throw new KafkaError('INVALID_RECORD', `a control record is ${(cause as Error).message}`, { cause })
  }
}
