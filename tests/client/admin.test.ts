// The admin on Ottla, and on Apache Kafka in the runs that have one: there, every call it has.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { Admin } from '@ottla/client'
import { eventually, onBoth, onKafka } from './brokers.ts'

const calls = Object.getOwnPropertyNames(Admin.prototype).filter((call) => call !== 'constructor')
const made = new Set<unknown>()
for (const call of calls as (keyof Admin)[]) {
  const play = Admin.prototype[call] as (...args: unknown[]) => Promise<any>
  Admin.prototype[call] = function (this: Admin, ...args: unknown[]) {
    made.add(call)
    return play.apply(this, args)
  }
}
await import('./admin-kafka-scenes.ts')

onBoth('topics are created, described, grown and deleted', async ({ client, name }) => {
  const admin = client.admin()
  const [created] = await admin.createTopics([{ name, partitions: 3, configs: { 'retention.ms': 1_000_000 } }])
  equal(created!.partitions, 3)
  await admin.createPartitions({ [name]: 5 })
  // Kafka answers before all its brokers know.
  let [byName] = await admin.describeTopics([name])
  while (byName!.partitions.length < 5) [byName] = await admin.describeTopics([name])
  const [byId] = await admin.describeTopics({ ids: [created!.id] })
  deepEqual(byName, byId)
  equal(byName!.partitions.length, 5)
  ok((await admin.listTopics()).some((topic) => topic.name === name && topic.partitions === 5))
  await admin.deleteTopics([name])
  while ((await admin.listTopics()).some((topic) => topic.name === name));
  await rejects(admin.describeTopics([name]), { name: 'UNKNOWN_TOPIC_OR_PARTITION', topic: name })
})

onBoth('a call about several things fails with the first error and tells of all', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  const error = await admin.createTopics([{ name }, { name: 'not a name' }, { name: `${name}-new` }]).catch((e) => e)
  equal(error.name, 'TOPIC_ALREADY_EXISTS')
  deepEqual(
    error.cause.errors.map((each: Error) => each.name),
    ['TOPIC_ALREADY_EXISTS', 'INVALID_TOPIC_EXCEPTION'],
  )
  const isThere = (topics: readonly { readonly name: string }[]) => topics.some((topic) => topic.name === `${name}-new`)
  ok(isThere(await eventually(() => admin.listTopics(), isThere)))
})

onBoth('single settings are changed, and shown with where they come from', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  const resource = { type: 'topic', name } as const
  await admin.incrementalAlterConfigs([{ ...resource, set: { 'retention.ms': 5_000 } }])
  const [described] = await admin.describeConfigs([{ ...resource, keys: ['retention.ms', 'segment.bytes'] }])
  const retention = described!.configs.get('retention.ms')!
  deepEqual([retention.value, retention.source, retention.type], ['5000', 'dynamicTopicConfig', 'long'])
  ok(described!.configs.get('segment.bytes')!.isDefault)
  await admin.incrementalAlterConfigs([{ ...resource, delete: ['retention.ms'] }])
  const [again] = await admin.describeConfigs([{ ...resource, keys: ['retention.ms'] }])
  ok(again!.configs.get('retention.ms')!.value !== '5000')
  await rejects(admin.incrementalAlterConfigs([{ ...resource, set: { 'retention.mx': 1 } }]), {
    name: 'INVALID_CONFIG',
  })
})

onBoth('offsets are found by name and by time, and records deleted before one', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  const records = Array.from({ length: 50 }, (_, i) => ({
    topic: name,
    value: `${i}`,
    timestamp: Date.now() - 100 + i,
  }))
  await client.producer().sendBatch(records)
  const partition = { topic: name, partition: 0 }
  const find = async (at: Parameters<typeof admin.listOffsets>[0][number]['at']) =>
    (await admin.listOffsets([{ ...partition, at }]))[0]!.offset
  equal(await find('earliest'), 0)
  equal(await find('latest'), 50)
  equal(await find('maxTimestamp'), 49)
  equal(await find({ timestamp: records[20]!.timestamp }), 20)
  deepEqual(await admin.deleteRecords([{ ...partition, offset: 10 }]), [{ ...partition, offset: 10 }])
  equal(await find('earliest'), 10)
  await rejects(admin.deleteRecords([{ ...partition, offset: 99 }]), { name: 'OFFSET_OUT_OF_RANGE', partition: 0 })
  await rejects(admin.listOffsets([{ topic: `${name}-none`, partition: 0, at: 'latest' }]), {
    name: 'UNKNOWN_TOPIC_OR_PARTITION',
  })
})

onBoth('the offsets of a group are set, listed and deleted, and the group with them', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name, partitions: 2 }])
  await admin.alterConsumerGroupOffsets(name, [
    { topic: name, partition: 0, offset: 5, metadata: 'note' },
    { topic: name, partition: 1, offset: 6 },
  ])
  const listed = await admin.listConsumerGroupOffsets(name)
  deepEqual(listed.map(({ partition, offset }) => [partition, offset]).sort(), [
    [0, 5],
    [1, 6],
  ])
  await admin.deleteConsumerGroupOffsets(name, [{ topic: name, partition: 1 }])
  equal((await admin.listConsumerGroupOffsets(name)).length, 1)
  const [group] = await admin.describeConsumerGroups([name])
  deepEqual([group!.state, group!.members], ['Empty', []])
  ok((await admin.listGroups()).some(({ groupId }) => groupId === name))
  await admin.deleteConsumerGroups([name])
  await rejects(admin.deleteConsumerGroups([name]), { name: 'GROUP_ID_NOT_FOUND', group: name })
})

onBoth('a group with a member is described with what the member has', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name, partitions: 2 }])
  await client.producer().send({ topic: name, partition: 0, value: 'v' })
  const consumer = client.consumer({
    groupId: name,
    topics: name,
    groupProtocol: 'classic',
    autoOffsetReset: 'earliest',
  })
  for await (const _ of consumer) break
  const [group] = await admin.describeConsumerGroups([name])
  equal(group!.state, 'Stable')
  deepEqual(group!.members[0]!.assignment, [
    { topic: name, partition: 0 },
    { topic: name, partition: 1 },
  ])
  await consumer.close()
})

onBoth('the cluster is described', async ({ client }) => {
  const admin = client.admin()
  const { clusterId, controllerId, brokers } = await admin.describeCluster()
  ok(clusterId.length > 0)
  ok(brokers.some(({ id }) => id === controllerId))
  const dirs = await admin.describeLogDirs()
  ok(dirs.length > 0)
})

onKafka('access control, quotas and SCRAM passwords are set, shown and removed', async ({ client, name }) => {
  const admin = client.admin()
  const user = `user-${name}`
  await admin.alterClientQuotas([{ entity: { user }, values: { producer_byte_rate: 1_000_000 } }])
  const quotas = () => admin.describeClientQuotas({ user: { name: user } })
  deepEqual(await eventually(quotas, (found) => found.length === 1), [
    { entity: { user }, values: { producer_byte_rate: 1_000_000 } },
  ])
  await admin.alterClientQuotas([{ entity: { user }, values: { producer_byte_rate: null } }])
  deepEqual(await eventually(quotas, (found) => found.length === 0), [])
  await admin.alterUserScramCredentials([{ user, mechanism: 'SCRAM-SHA-512', password: 'secret' }])
  const scram = () => admin.describeUserScramCredentials([user])
  const [described] = await eventually(scram, (found) => found.length === 1)
  deepEqual(described!.credentials, [{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }])
  await admin.alterUserScramCredentials([{ user, mechanism: 'SCRAM-SHA-512', delete: true }])
  deepEqual(await eventually(scram, (found) => found.length === 0), [])
})

onKafka('transactions and their producers are listed, described and fenced', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  await client.producer({ transactionalId: name }).transaction((tx) => tx.send({ topic: name, value: 'v' }))
  const [transaction] = await admin.describeTransactions([name])
  equal(transaction!.transactionalId, name)
  ok((await admin.listTransactions()).some(({ transactionalId }) => transactionalId === name))
  const [partition] = await admin.describeProducers([{ topic: name, partition: 0 }])
  equal(partition!.producers[0]!.producerId, transaction!.producerId)
  const fenced = await admin.fenceProducers([name])
  ok(fenced.get(name)!.producerEpoch > transaction!.producerEpoch)
})

onKafka(
  'settings of client metrics are listed, and only who takes metrics gives clients ids',
  async ({ client, name }) => {
    const admin = client.admin()
    await admin.incrementalAlterConfigs([{ type: 'clientMetrics', name, set: { 'interval.ms': 60_000 } }])
    const isListed = (names: readonly string[]) => names.includes(name)
    ok(isListed(await eventually(() => admin.listClientMetricsResources(), isListed)))
    if (process.env.OTTLA_TEST_KAFKA_TELEMETRY === undefined)
      await rejects(admin.clientInstanceId(), { name: 'UNSUPPORTED_VERSION' })
    else match(await admin.clientInstanceId(), /^[\w-]{22}$/)
  },
)

onBoth('consumer groups are listed, and offsets of a group of streams are offsets', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  await admin.alterStreamsGroupOffsets(name, [{ topic: name, partition: 0, offset: 3 }])
  ok((await admin.listConsumerGroups()).some(({ groupId }) => groupId === name))
  equal((await admin.listStreamsGroupOffsets(name))[0]!.offset, 3)
  await admin.deleteStreamsGroupOffsets(name, [{ topic: name, partition: 0 }])
  // Without offsets, a group that only had them is gone.
  await admin.deleteStreamsGroups([name]).catch((error) => equal(error.name, 'GROUP_ID_NOT_FOUND'))
})

onKafka('no call of the admin is left out', async ({ client }) => {
  await client.admin().close()
  // Needs listeners of all kinds, which a Kafka that somebody else has started may lack.
  const secured = process.env.OTTLA_TEST_KAFKA_SASL === undefined ? [/Acls$/, /DelegationToken$/] : []
  const left = calls.filter((call) => !made.has(call) && !secured.some((kind) => kind.test(call)))
  deepEqual(left, [])
})
