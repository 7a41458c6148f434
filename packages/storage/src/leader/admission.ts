import {
  type CompressionType,
  crc32c,
  KafkaError,
  layout,
  lengthOverhead,
  loadedCompression,
  PackedBatch,
  packedBatches,
  producedBatch,
  RecordCursor,
  type RecordError,
  type RecordSurvey,
  surveyRecords,
} from '@ottla/protocol'
import type { AppendOptions } from '../partition.ts'
import type { TopicSettings } from '../topic-settings.ts'

// What Kafka checks and changes before a batch gets its offset (LogValidator, UnifiedLog.append), per partition.
// Records are unpacked to be looked through: one that no consumer can read would stop all of them.

const internalTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state'])
/** A kilobyte may unpack to a megabyte. Codecs hold it twice for a moment, and the broker does nothing else meanwhile. */
const unpackedLimitBytes = 128 * 1024 * 1024

/** The batches of one append, checked: exactly one from a client, any number from a coordinator. */
export function readBatches(records: Buffer, topic: string, options: AppendOptions): readonly PackedBatch[] {
  if (options.origin === 'client') {
    if (internalTopics.has(topic))
      throw new KafkaError('INVALID_TOPIC_EXCEPTION', `${topic} is an internal topic, clients must not write to it`)
    const batch = producedBatch(records)
    if (batch.hasProducer && batch.producerEpoch < 0)
      throw new KafkaError(
        'INVALID_PRODUCER_EPOCH',
        `producer ${batch.producerId} sent the epoch ${batch.producerEpoch} to ${topic}`,
      )
    if (batch.isTransactional)
      throw new KafkaError(
        'INVALID_TXN_STATE',
        `producer ${batch.producerId} has no transaction under way for ${topic}`,
      )
    return [batch]
  }
  const batches = packedBatches(records)
  const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
  if (bytes !== records.length || bytes === 0)
    throw new KafkaError('CORRUPT_MESSAGE', `an append to ${topic} does not consist of whole batches`)
  return batches
}

/** The codecs that have to be loaded before `admit` can do its work at once; mostly none. */
export function missingCodecs(batch: PackedBatch, settings: TopicSettings): readonly CompressionType[] {
  const { compression } = batch
  const target = targetCompression(batch, settings) ?? compression
  if (loadedCompression(compression) !== undefined && loadedCompression(target) !== undefined) return none
  return [compression, target].filter((type) => loadedCompression(type) === undefined)
}

const none: readonly CompressionType[] = []

/** Checks a client's batch against the topic's settings and returns it as it is to be stored; it may be another buffer. */
export function admit(batch: PackedBatch, where: string, settings: TopicSettings, nowMs: number): PackedBatch {
  checkSize(batch, where, settings)
  const records = loadedCompression(batch.compression)!.decompress(batch.recordBytes, unpackedLimitBytes)
  const survey = surveyRecords(records, batch.recordsCount)
  // The type is the topic's to say, and the largest time the records': what the header says is a client's word.
  if (settings.messageTimestampType === 'CreateTime')
    batch.setMaxTimestamp('CreateTime', Math.max(noTimestamp, batch.baseTimestamp + survey.mostTimestampDelta))
  const rules = recordRules(where, settings, nowMs)
  if (rules.mayBreak(batch, survey)) checkEach(new RecordCursor(batch, records), rules)
  const target = targetCompression(batch, settings)
  const stored = target === undefined ? batch : recompressed(batch, records, { target, settings })
  if (target !== undefined) checkSize(stored, where, settings)
  if (settings.messageTimestampType === 'LogAppendTime') stored.setMaxTimestamp('LogAppendTime', nowMs)
  return stored
}

function checkSize(batch: PackedBatch, where: string, settings: TopicSettings): void {
  const size = batch.bytes.length
  if (size > settings.maxMessageBytes)
    throw new KafkaError(
      'MESSAGE_TOO_LARGE',
      `a batch of ${size} bytes for ${where} is above its limit of ${settings.maxMessageBytes} (max.message.bytes)`,
    )
  if (size > settings.segmentBytes)
    throw new KafkaError(
      'RECORD_LIST_TOO_LARGE',
      `a batch of ${size} bytes for ${where} does not fit a segment of ${settings.segmentBytes} (segment.bytes)`,
    )
}

/** What a record must be like. Problems are texts. */
function recordRules(where: string, settings: TopicSettings, nowMs: number) {
  const timed = settings.messageTimestampType === 'CreateTime'
  const earliest = timed ? nowMs - settings.messageTimestampBeforeMaxMs : -Infinity
  const latest = timed ? nowMs + settings.messageTimestampAfterMaxMs : Infinity
  const { compact } = settings.cleanup
  return {
    /** Whether it takes a look at each record to tell. */
    mayBreak: ({ baseTimestamp }: PackedBatch, survey: RecordSurvey) =>
      (compact && survey.keyless) ||
      baseTimestamp + survey.leastTimestampDelta < earliest ||
      baseTimestamp + survey.mostTimestampDelta > latest,
    timeProblem: (timestamp: number) =>
      timestamp !== noTimestamp && (timestamp < earliest || timestamp > latest)
        ? `timestamp ${timestamp} of a record for ${where} is not within ${earliest} to ${latest}`
        : undefined,
    keyProblem: (keyBytes: number) =>
      compact && keyBytes < 0 ? `${where} is compacted: its records need keys` : undefined,
  }
}

const noTimestamp = -1

/** Refuses the batch for those of its records that break the rules, and names them (KIP-467). */
function checkEach(records: RecordCursor, rules: ReturnType<typeof recordRules>): void {
  const recordErrors: RecordError[] = []
  let name: 'INVALID_RECORD' | 'INVALID_TIMESTAMP' = 'INVALID_TIMESTAMP'
  for (let batchIndex = 0; records.next(); batchIndex++) {
    const keyProblem = rules.keyProblem(records.keyBytes)
    if (keyProblem !== undefined) name = 'INVALID_RECORD'
    const message = keyProblem ?? rules.timeProblem(records.timestamp)
    if (message !== undefined) recordErrors.push({ batchIndex, message })
  }
  if (recordErrors.length > 0) throw new KafkaError(name, recordErrors[0]!.message, { recordErrors })
}

function targetCompression(batch: PackedBatch, settings: TopicSettings): CompressionType | undefined {
  if (settings.compressionType === 'producer') return undefined
  const target = settings.compressionType === 'uncompressed' ? 'none' : settings.compressionType
  return target === batch.compression ? undefined : target
}

// The records stay as they are; only the codec around them, and with it length, attributes and checksum, change.
function recompressed(
  batch: PackedBatch,
  plain: Buffer,
  { target, settings }: { target: CompressionType; settings: TopicSettings },
): PackedBatch {
  const codec = loadedCompression(target)!
  const { gzip, lz4, zstd } = settings.compressionLevels
  const level = { none: undefined, snappy: undefined, gzip, lz4, zstd }[target]
  const records = codec.compress(plain, level)
  const bytes = Buffer.allocUnsafeSlow(layout.records + records.length)
  batch.bytes.copy(bytes, 0, 0, layout.records)
  bytes.set(records, layout.records)
  bytes.writeInt32BE(bytes.length - lengthOverhead, layout.length)
  bytes.writeInt16BE((batch.attributes & ~7) | compressionCodes[target], layout.attributes)
  bytes.writeUInt32BE(crc32c(bytes, layout.attributes), layout.crc)
  return new PackedBatch(bytes)
}

const compressionCodes = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const
