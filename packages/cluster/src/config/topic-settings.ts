import type { TopicSettings } from '@ottla/storage'
import { listItems } from './value-rule.ts'

/** Kafka's largest long: no limit. */
const unlimited = 2 ** 63

/** Reads the settings of a topic's log from their texts, which have been checked. */
export function parsedTopicSettings(value: (name: string) => string | null): TopicSettings {
  const text = (name: string) => value(name) ?? ''
  const number = (name: string) => {
    const parsed = Number(text(name))
    return parsed >= unlimited ? Infinity : parsed
  }
  const limit = (name: string) => (Number(text(name)) < 0 ? Infinity : number(name))
  const cleanup = listItems(text('cleanup.policy'))
  return {
    cleanup: { delete: cleanup.includes('delete'), compact: cleanup.includes('compact') },
    compressionType: text('compression.type') as TopicSettings['compressionType'],
    compressionLevels: {
      gzip: number('compression.gzip.level'),
      lz4: number('compression.lz4.level'),
      zstd: number('compression.zstd.level'),
    },
    maxMessageBytes: number('max.message.bytes'),
    messageTimestampType: text('message.timestamp.type') as TopicSettings['messageTimestampType'],
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    minInsyncReplicas: number('min.insync.replicas'),
    retentionMs: limit('retention.ms'),
    retentionBytes: limit('retention.bytes'),
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
  }
}
