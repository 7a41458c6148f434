/** The settings of a topic that the log obeys, parsed. Names and meanings are those of Kafka's topic configs. */
export interface TopicSettings {
  /** `cleanup.policy` */
  readonly cleanup: { readonly delete: boolean; readonly compact: boolean }
  /** `compression.type`; `producer` keeps batches as they came. */
  readonly compressionType: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly compressionLevels: { readonly gzip: number; readonly lz4: number; readonly zstd: number }
  /** `max.message.bytes`: the largest batch, in bytes. */
  readonly maxMessageBytes: number
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime'
  /** `message.timestamp.before.max.ms`; Infinity: no limit. */
  readonly messageTimestampBeforeMaxMs: number
  readonly messageTimestampAfterMaxMs: number
  readonly minInsyncReplicas: number
  /** Infinity: no limit (-1 in Kafka). */
  readonly retentionMs: number
  readonly retentionBytes: number
  readonly segmentBytes: number
  readonly segmentMs: number
  readonly indexIntervalBytes: number
}
