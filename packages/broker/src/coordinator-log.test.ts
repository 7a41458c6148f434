import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Cluster } from '@ottla/cluster'
import { type CoordinatorRecord, defaultGroupSettings, GroupService } from '@ottla/coordinator'
import { nodeRuntime } from '@ottla/runtime'
import { openStorage, type Storage } from '@ottla/storage'
import { InternalTopicLog } from './coordinator-log.ts'
import { topicIdOf, topicSettings } from './testing/test-broker.ts'

const name = '__consumer_offsets'
const newTopic = { name, partitionCount: 1, replicationFactor: 1, internal: true, configs: new Map() }

/** Opens the storage in a directory, over which the log is read and written. */
async function opened(directory: string): Promise<{ log: InternalTopicLog; storage: Storage }> {
  const storage = await openStorage({
    runtime: nodeRuntime(),
    directory,
    settings: {
      flushPolicy: 'fsync',
      tailBytes: 1024 * 1024,
      checkpointBytes: 64 * 1024 * 1024,
      retentionCheckIntervalMs: 300_000,
      producerIdExpirationMs: 86_400_000,
    },
  })
  const id = topicIdOf(name)
  await storage.openPartitions([{ topic: name, topicId: id, partition: 0 }], topicSettings)
  const partitions = [{ partition: 0, leader: 1, leaderEpoch: 0, replicas: [1] }]
  const topics = new Map([[name, { ...newTopic, id, partitions }]])
  const cluster = { image: { topics } } as unknown as Cluster
  return { log: new InternalTopicLog({ cluster, storage }, newTopic), storage }
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'ottla-coordinator-log-'))
  try {
    await work(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}

const recordOf = (i: number, bytes = 10): CoordinatorRecord => ({
  key: Buffer.from(`key ${i}`),
  value: i % 5 === 0 ? null : Buffer.alloc(bytes, i),
})

async function all(log: InternalTopicLog): Promise<CoordinatorRecord[]> {
  const records: CoordinatorRecord[] = []
  for await (const some of log.read(0)) records.push(...some)
  return records
}

test('records come back as they were appended, however many at a time, also after a restart', () =>
  inDirectory(async (directory) => {
    const first = await opened(directory)
    const records = Array.from({ length: 3000 }, (_, i) => recordOf(i, 1000))
    const ends = await Promise.all([
      first.log.append(0, records.slice(0, 1), 1),
      first.log.append(0, records.slice(1), 2),
    ])
    assert.deepEqual(ends, [{ endOffset: 1 }, { endOffset: 3000 }])
    assert.deepEqual(await all(first.log), records)
    await first.storage.close()
    const second = await opened(directory)
    assert.deepEqual(await all(second.log), records)
    await second.storage.close()
  }))

test('what lies before the log start is not read', () =>
  inDirectory(async (directory) => {
    const { log, storage } = await opened(directory)
    const records = Array.from({ length: 10 }, (_, i) => recordOf(i))
    await log.append(0, records.slice(0, 4), 1)
    await log.append(0, records.slice(4), 1)
    await log.deleteBefore(0, 6)
    assert.deepEqual(await all(log), records.slice(6))
    await storage.close()
  }))

test('a group that commits for ever leaves a log of bounded length, and its offsets', () =>
  inDirectory(async (directory) => {
    const first = await opened(directory)
    const settings = { ...defaultGroupSettings, cleanerMinBytes: 3000 }
    const serviceOn = async (log: InternalTopicLog) => {
      const service = new GroupService({ runtime: nodeRuntime(), log, settings })
      await service.start()
      return service
    }
    const service = await serviceOn(first.log)
    const who = { apiVersion: 8, groupId: 'g', generationId: -1, memberId: '', groupInstanceId: null }
    for (let offset = 1; offset <= 300; offset++) {
      const target = { topic: 't', topicId: topicIdOf('t'), partition: offset % 3, leaderEpoch: -1, metadata: null }
      await service.commitOffsets({ ...who, retentionTimeMs: -1, offsets: [{ ...target, offset }] })
    }
    await service.close()
    assert.ok((await all(first.log)).length < 150)
    await first.storage.close()
    const second = await opened(directory)
    const recovered = await serviceOn(second.log)
    const { topics } = await recovered.fetchOffsets({ groupId: 'g', topics: null })
    const offsets = topics[0]!.partitions.map(({ committed }) => committed!.offset)
    assert.deepEqual(offsets.sort(), [298, 299, 300])
    await recovered.close()
    await second.storage.close()
  }))
