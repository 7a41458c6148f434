import { KafkaError } from '../errors.ts'
import { type PackedBatch, packedBatchAt } from './packed-batch.ts'

/**
 * The one batch that a Produce may carry for a partition, checked as far as its header tells, in Kafka's order and with
 * Kafka's codes (ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords, LogValidator.validateBatch).
 * Its records are another matter: `surveyRecords`.
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
  return batch
}

const invalid = (message: string) => new KafkaError('INVALID_RECORD', message)
