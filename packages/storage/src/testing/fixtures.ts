import assert from 'node:assert/strict'
import { KafkaError, pack, packedBatches, unpack } from '@ottla/protocol'
import type { AppendOptions, Partition } from '../partition.ts'
import type { Storage, StorageSettings } from '../storage.ts'
import type { TopicSettings } from '../topic-settings.ts'

export const settings: StorageSettings = {
  flushPolicy: 'fsync',
  tailBytes: 1024 * 1024,
  checkpointBytes: 4 * 1024 * 1024,
  retentionCheckIntervalMs: 300_000,
  producerIdExpirationMs: 86_400_000,
}

const topicSettings: TopicSettings = {
  cleanup: { delete: true, compact: false },
  compressionType: 'producer',
  compressionLevels: { gzip: -1, lz4: 9, zstd: 3 },
  maxMessageBytes: 1_048_588,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Infinity,
  messageTimestampAfterMaxMs: 3_600_000,
  minInsyncReplicas: 1,
  retentionMs: Infinity,
  retentionBytes: Infinity,
  segmentBytes: 64 * 1024,
  segmentMs: Infinity,
  indexIntervalBytes: 512,
}

export const client: AppendOptions = { origin: 'client' }
export const topicId = 'topic-1-id-123456789012'
const idOf = (partition: number, topic = 'events', id = topicId) => ({ topic, topicId: id, partition })

export interface Producing {
  readonly timestamp?: number
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly keyless?: boolean
}

export function batchOf(values: readonly string[], options: Producing = {}): Buffer {
  const { timestamp = 1_700_000_000_000, keyless = false, ...rest } = options
  const records = values.map((value, i) => ({
    timestamp: timestamp + i,
    key: keyless ? null : Buffer.from(`key-${value}`),
    value: Buffer.from(value),
  }))
  return Buffer.from(pack(records, rest).bytes)
}

export async function valuesFrom(partition: Partition, from = partition.logStartOffset): Promise<string[]> {
  const values: string[] = []
  for (let offset = from; offset < partition.highWatermark; ) {
    const { batches } = await partition.read({
      from: offset,
      maxBytes: 1000,
      atLeastOneBatch: true,
      isolation: 'read_uncommitted',
    })
    for (const batch of packedBatches(Buffer.concat(batches))) {
      for (const record of await unpack(batch)) {
        if (record.offset < offset) continue
        assert.equal(record.offset, offset++)
        values.push(String(record.value))
      }
    }
  }
  return values
}

export const failsWith = (name: string) => (error: unknown) => error instanceof KafkaError && error.name === name

export async function openPartition(
  storage: Storage,
  changes: Partial<TopicSettings> = {},
  partition = 0,
): Promise<Partition> {
  const [opened] = await storage.openPartitions([idOf(partition)], { ...topicSettings, ...changes })
  return opened!
}
