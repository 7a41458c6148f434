import type { TopicSettings } from '../topic-settings.ts'

/** Until a partition is opened its settings are not known. Nothing expires, and segments are cut again then. */
export const unopenedSettings: TopicSettings = {
  cleanup: { delete: false, compact: false },
  compressionType: 'producer',
  compressionLevels: { gzip: -1, lz4: 9, zstd: 3 },
  maxMessageBytes: Infinity,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Infinity,
  messageTimestampAfterMaxMs: Infinity,
  minInsyncReplicas: 1,
  retentionMs: Infinity,
  retentionBytes: Infinity,
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: Infinity,
  indexIntervalBytes: 4096,
}
