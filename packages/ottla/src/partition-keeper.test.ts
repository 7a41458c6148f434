import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EmbeddedMetadataStore, LayeredConfigs, openCluster } from '@ottla/cluster'
import { nodeRuntime } from '@ottla/runtime'
import type { Partition, PartitionId, Storage, TopicSettings } from '@ottla/storage'
import { PartitionKeeper } from './partition-keeper.ts'

/** Storage that remembers what it was told. */
class ToldStorage {
  readonly opened = new Map<string, Partition>()
  readonly calls: string[] = []
  /** Makes deletion impossible, as a stop in the middle of it does. */
  broken = false

  partition(topicId: string, partition: number): Partition | undefined {
    return this.opened.get(`${topicId}/${partition}`)
  }

  async openPartitions(ids: readonly PartitionId[], settings: TopicSettings): Promise<readonly Partition[]> {
    this.calls.push(`open ${ids.map(({ topic, partition }) => `${topic}-${partition}`).join(' ')}`)
    return ids.map((id) => {
      const partition = { id, settings, leaderEpoch: 0 } as Partition
      this.opened.set(`${id.topicId}/${id.partition}`, partition)
      return partition
    })
  }

  async deleteTopic(topicId: string): Promise<void> {
    if (this.broken) throw new Error('interrupted')
    this.calls.push('delete')
    for (const key of [...this.opened.keys()]) if (key.startsWith(topicId)) this.opened.delete(key)
  }
}

function memoryKeys() {
  const entries = new Map<string, string>()
  return {
    entries,
    async commit(changes: ReadonlyMap<string, string | undefined>) {
      for (const [key, value] of changes) {
        if (value === undefined) entries.delete(key)
        else entries.set(key, value)
      }
    },
  }
}

async function start(keys: ReturnType<typeof memoryKeys>) {
  const runtime = nodeRuntime()
  const configs = new LayeredConfigs(1, new Map())
  const cluster = await openCluster({
    store: new EmbeddedMetadataStore(keys),
    runtime,
    broker: { id: 1, rack: null },
    internalTopics: [],
    maxPartitions: () => 1000,
    maxConfiguredGroups: () => 1000,
  })
  configs.follow(cluster)
  const storage = new ToldStorage()
  await new PartitionKeeper(cluster, configs, storage as unknown as Storage, runtime.log).start()
  const create = (name: string, topicConfigs: Record<string, string> = {}, partitionCount = 1) =>
    cluster.createTopic({ name, partitionCount, replicationFactor: 1, configs: new Map(Object.entries(topicConfigs)) })
  return { cluster, storage, create }
}

test('partitions are opened when their topic is created and when it grows', async () => {
  const { cluster, storage, create } = await start(memoryKeys())
  await create('x', {}, 2)
  await cluster.createPartitions('x', 3)
  assert.deepEqual(storage.calls, ['open x-0 x-1', 'open x-2'])
})

test('a start opens all partitions, in one call for those that share their settings', async () => {
  const keys = memoryKeys()
  const before = await start(keys)
  await before.create('a')
  await before.create('b', {}, 2)
  await before.create('c', { 'retention.ms': '1' })
  const { cluster, storage } = await start(keys)
  assert.deepEqual(storage.calls, ['open a-0 b-0 b-1', 'open c-0'])
  const { id } = cluster.image.topics.get('c')!
  assert.equal(storage.partition(id, 0)!.settings.retentionMs, 1)
  assert.equal(storage.partition(id, 0)!.leaderEpoch, 1)
})

test('changed settings reach the partitions, those of the broker where the topic has none', async () => {
  const { cluster, storage, create } = await start(memoryKeys())
  const own = await create('own', { 'retention.ms': '1' })
  const plain = await create('plain')
  await cluster.alterConfigs({ type: 'broker', name: '' }, new Map([['log.retention.ms', '2']]))
  assert.equal(storage.partition(own.id, 0)!.settings.retentionMs, 1)
  assert.equal(storage.partition(plain.id, 0)!.settings.retentionMs, 2)
  await cluster.alterConfigs({ type: 'topic', name: 'own' }, new Map([['retention.ms', undefined]]))
  assert.equal(storage.partition(own.id, 0)!.settings.retentionMs, 2)
})

test('a deletion that a stop interrupted is finished at the next start', async () => {
  const keys = memoryKeys()
  const before = await start(keys)
  await before.create('x')
  before.storage.broken = true
  await assert.rejects(before.cluster.deleteTopic('x'), /interrupted/)
  const after = await start(keys)
  assert.deepEqual(after.storage.calls, ['delete'])
  assert.deepEqual(after.cluster.unfinishedDeletions(), [])
})
