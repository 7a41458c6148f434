import { KafkaError } from '../errors.ts'
import { attributeBits, layout } from './layout.ts'
import { type PackedBatch, packedBatchAt } from './packed-batch.ts'

/**
 * The one batch that a Produce may carry for a partition, checked as far as its header tells, in Kafka's order and with
 * Kafka's codes (ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords, LogValidator.validateBatch).
 * Of records that are not compressed, the lengths are checked too; compressed ones are not unpacked for it.
 * Throws KafkaError INVALID_RECORD, INVALID_PRODUCER_EPOCH or CORRUPT_MESSAGE.
 */
export function producedBatch(records: Buffer | null): PackedBatch {
  const batch = records === null ? undefined : packedBatchAt(records, 0)
  if (records === null || batch === undefined) throw invalid('a Produce must have one whole record batch per partition')
  if (batch.bytes.length !== records.length) throw invalid('a Produce must have exactly one record batch per partition')
  if (!batch.intact) throw new KafkaError('CORRUPT_MESSAGE', `the record batch does not have its checksum ${batch.crc}`)
  const { baseOffset, lastOffsetDelta, recordsCount } = batch
  if (baseOffset !== 0) throw invalid(`the base offset of a produced batch must be 0, but is ${baseOffset}`)
  if (recordsCount <= 0) throw invalid(`a produced batch must have records, but claims ${recordsCount}`)
  if (recordsCount !== lastOffsetDelta + 1)
    throw invalid(`the batch claims ${recordsCount} records, but its offsets run from 0 to ${lastOffsetDelta}`)
  if (batch.isControl) throw invalid('clients must not write control records')
  if (batch.hasProducer && batch.baseSequence < 0)
    throw invalid(`producer ${batch.producerId} sent the sequence ${batch.baseSequence}`)
  if (batch.hasProducer && batch.producerEpoch < 0)
    throw new KafkaError('INVALID_PRODUCER_EPOCH', `producer ${batch.producerId} sent the epoch ${batch.producerEpoch}`)
  if ((batch.attributes & attributeBits.compression) === 0 && !recordsFit(batch))
    throw invalid(`the batch claims ${recordsCount} records, but its bytes hold others`)
  return batch
}

/** Attributes, time, offset, key, value and headers: a byte each at least. */
const leastRecordBytes = 6

/**
 * Do the lengths of the records lead from the header to the end? A batch where they do not would stop every consumer
 * that comes to it. The walk reads only lengths, from bytes that the checksum has just been over.
 */
function recordsFit({ bytes, recordsCount }: PackedBatch): boolean {
  let at: number = layout.records
  for (let left = recordsCount; left > 0; left--) {
    let encoded = 0
    let byte = 0x80
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (at === bytes.length || shift > 28) return false
      byte = bytes[at++]!
      encoded |= (byte & 0x7f) << shift
    }
    const length = (encoded >>> 1) ^ -(encoded & 1)
    if (length < leastRecordBytes || length > bytes.length - at) return false
    at += length
  }
  return at === bytes.length
}

const invalid = (message: string) => new KafkaError('INVALID_RECORD', message)
