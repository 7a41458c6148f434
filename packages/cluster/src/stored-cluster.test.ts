import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeRuntime } from '@ottla/runtime'
import type { KeyValueStore } from '@ottla/storage'
import type { NewTopic } from './cluster.ts'
import { EmbeddedMetadataStore } from './embedded-metadata-store.ts'
import { openCluster } from './stored-cluster.ts'
import { MemoryKeys } from './testing/memory-keys.ts'

const newTopic = (name: string, more: Partial<NewTopic> = {}): NewTopic => ({
  name,
  partitionCount: 1,
  replicationFactor: 1,
  configs: new Map(),
  ...more,
})

const open = (keys: KeyValueStore, maxPartitions = 1000) =>
  openCluster({
    store: new EmbeddedMetadataStore(keys),
    runtime: nodeRuntime(),
    broker: { id: 1, rack: null },
    internalTopics: [newTopic('__consumer_offsets', { partitionCount: 3, internal: true })],
    maxPartitions: () => maxPartitions,
    maxConfiguredGroups: () => 2,
  })

test('a new cluster has an id and its internal topics, and keeps both over a restart', async () => {
  const keys = new MemoryKeys()
  const first = await open(keys)
  const second = await open(keys)
  assert.match(first.image.clusterId, /^[\w-]{22}$/)
  assert.equal(second.image.clusterId, first.image.clusterId)
  const topic = second.image.topics.get('__consumer_offsets')!
  assert.equal(topic.id, first.image.topics.get('__consumer_offsets')!.id)
  assert.equal(topic.internal, true)
  assert.equal(topic.partitions.length, 3)
})

test('the leader epoch of a partition is 0 in the run that created it and rises with each start', async () => {
  const keys = new MemoryKeys()
  const epoch = (cluster: Awaited<ReturnType<typeof open>>, name: string) =>
    cluster.image.topics.get(name)!.partitions[0]!.leaderEpoch
  assert.equal(epoch(await open(keys), '__consumer_offsets'), 0)
  const second = await open(keys)
  await second.createTopic(newTopic('young'))
  assert.deepEqual([epoch(second, '__consumer_offsets'), epoch(second, 'young')], [1, 0])
  const third = await open(keys)
  assert.deepEqual([epoch(third, '__consumer_offsets'), epoch(third, 'young')], [2, 1])
})

test('a created topic is durable, told to listeners and visible when its creation is answered', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  const told: string[] = []
  cluster.onChange(async (image, before) => {
    await new Promise((resolve) => setImmediate(resolve))
    for (const name of image.topics.keys()) if (!before.topics.has(name)) told.push(name)
  })
  const topic = await cluster.createTopic(newTopic('flights', { partitionCount: 6, configs: new Map([['a', 'b']]) }))
  assert.deepEqual(told, ['flights'])
  assert.equal(cluster.image.topics.get('flights'), topic)
  assert.equal(cluster.image.topicsById.get(topic.id), topic)
  assert.equal(topic.partitions.length, 6)
  assert.ok(keys.entries.has('t/flights'))
  assert.deepEqual([...(await open(keys)).image.topics.get('flights')!.configs], [['a', 'b']])
})

test('of two creations of one name at once, one is refused', async () => {
  const cluster = await open(new MemoryKeys())
  const results = await Promise.allSettled([cluster.createTopic(newTopic('x')), cluster.createTopic(newTopic('x'))])
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? 'created' : result.reason.name)),
    ['created', 'TOPIC_ALREADY_EXISTS'],
  )
})

test('changes that gather while one is written share the next write', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  const before = keys.commits
  await Promise.all(Array.from({ length: 100 }, (_, at) => cluster.createTopic(newTopic(`topic-${at}`))))
  assert.equal(keys.commits - before, 2)
  assert.equal(cluster.image.topics.size, 101)
})

test('a write that fails changes nothing, and later writes are judged anew', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  keys.failure = new Error('no space')
  await assert.rejects(cluster.createTopic(newTopic('x')), /no space/)
  assert.equal(cluster.image.topics.has('x'), false)
  keys.failure = undefined
  await cluster.createTopic(newTopic('x'))
  assert.equal(cluster.image.topics.has('x'), true)
})

test('a listener that fails fails the change that it was told, and not the next', async () => {
  const cluster = await open(new MemoryKeys())
  cluster.onChange((image, before) => {
    if (image.topics.has('bad') && !before.topics.has('bad')) throw new Error('cannot open')
  })
  await assert.rejects(cluster.createTopic(newTopic('bad')), /cannot open/)
  assert.equal((await cluster.createTopic(newTopic('good'))).name, 'good')
})

test('what is asked of a topic while its deletion is told is judged as if it came after', async () => {
  const cluster = await open(new MemoryKeys())
  await cluster.createTopic(newTopic('x'))
  let told = () => {}
  const telling = new Promise<void>((resolve) => {
    cluster.onChange(async () => {
      resolve()
      await new Promise<void>((done) => {
        told = done
      })
    })
  })
  const deleted = cluster.deleteTopic('x')
  await telling
  const late = [
    cluster.alterConfigs({ type: 'topic', name: 'x' }, new Map([['a', '1']])),
    cluster.createPartitions('x', 5),
    cluster.deleteTopic('x'),
  ]
  told()
  await deleted
  for (const result of await Promise.allSettled(late)) {
    assert.equal(result.status === 'rejected' && result.reason.name, 'UNKNOWN_TOPIC_OR_PARTITION')
  }
})

test('a deleted topic is gone, its name is free, and its deletion is remembered until it is finished', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  const { id } = await cluster.createTopic(newTopic('x'))
  await cluster.deleteTopic('x')
  assert.equal(cluster.image.topics.has('x'), false)
  assert.equal(cluster.image.topicsById.has(id), false)
  const again = await cluster.createTopic(newTopic('x'))
  assert.notEqual(again.id, id)
  const restarted = await open(keys)
  assert.deepEqual(restarted.unfinishedDeletions(), [id])
  await restarted.finishDeletions([id])
  assert.deepEqual((await open(keys)).unfinishedDeletions(), [])
  await assert.rejects(cluster.deleteTopic('nope'), { name: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

test('partitions are added and never taken away', async () => {
  const cluster = await open(new MemoryKeys())
  const { id } = await cluster.createTopic(newTopic('x', { partitionCount: 2 }))
  const grown = await cluster.createPartitions('x', 4)
  assert.equal(grown.partitions.length, 4)
  assert.equal(grown.id, id)
  await assert.rejects(cluster.createPartitions('x', 4), { name: 'INVALID_PARTITIONS' })
  await assert.rejects(cluster.createPartitions('x', 1), { name: 'INVALID_PARTITIONS' })
})

test('more partitions than the limit are refused', async () => {
  const cluster = await open(new MemoryKeys(), 13)
  await cluster.createTopic(newTopic('x', { partitionCount: 7 }))
  await assert.rejects(cluster.createTopic(newTopic('y', { partitionCount: 4 })), /max\.partitions/)
  await assert.rejects(cluster.createPartitions('x', 11), { name: 'POLICY_VIOLATION' })
  const [first, second] = [cluster.createPartitions('x', 8), cluster.createTopic(newTopic('y', { partitionCount: 3 }))]
  await assert.rejects(second, { name: 'POLICY_VIOLATION' })
  await first
  assert.equal(cluster.image.topics.has('y'), false)
})

test('names are judged as Kafka judges them', async () => {
  const cluster = await open(new MemoryKeys())
  for (const name of ['', '.', '..', 'a b', 'ü', 'a/b', 'x'.repeat(250)]) {
    await assert.rejects(cluster.createTopic(newTopic(name)), { name: 'INVALID_TOPIC_EXCEPTION' }, name)
  }
  await cluster.createTopic(newTopic('x'.repeat(249)))
  await cluster.createTopic(newTopic('a.b_c'))
  await assert.rejects(cluster.createTopic(newTopic('a_b.c')), /collides with existing topic: a\.b_c/)
})

test('settings of topics, brokers and groups are kept and removed', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  await cluster.createTopic(newTopic('x', { configs: new Map([['a', '1']]) }))
  const resources = [
    { type: 'topic', name: 'x' },
    { type: 'broker', name: '' },
    { type: 'broker', name: '1' },
    { type: 'group', name: 'g/h' },
  ] as const
  for (const resource of resources) await cluster.alterConfigs(resource, new Map([['b', '2']]))
  const restarted = await open(keys)
  assert.deepEqual(Object.fromEntries(restarted.configsOf(resources[0])), { a: '1', b: '2' })
  for (const resource of resources.slice(1)) assert.equal(restarted.configsOf(resource).get('b'), '2')
  for (const resource of resources) await restarted.alterConfigs(resource, new Map([['b', undefined]]))
  assert.equal(restarted.image.dynamicConfigs.size, 0)
  assert.equal(
    [...keys.entries.keys()].some((key) => key.startsWith('cfg/')),
    false,
  )
})

test('more groups with settings than the limit are refused', async () => {
  const cluster = await open(new MemoryKeys())
  const set = (name: string) => cluster.alterConfigs({ type: 'group', name }, new Map([['b', '2']]))
  await set('g')
  await set('h')
  await set('g')
  await assert.rejects(set('i'), /max\.configured\.groups/)
})

test('producer ids are never given out twice', async () => {
  const keys = new MemoryKeys()
  const cluster = await open(keys)
  const firsts = await Promise.all([cluster.allocateProducerIds(1000), cluster.allocateProducerIds(1000)])
  firsts.push(await (await open(keys)).allocateProducerIds(1000))
  assert.deepEqual(firsts, [0, 1000, 2000])
})
