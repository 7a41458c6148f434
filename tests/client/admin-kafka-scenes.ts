// What only an Apache Kafka has: each call of the admin that `admin.test.ts` does not make there otherwise.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { type Client, createClient } from '@ottla/client'
import { eventually, onKafka } from './brokers.ts'
import { StreamsMember } from './streams-member.ts'
import { twoKafkas } from './two-kafkas.ts'

const saslAddress = process.env.OTTLA_TEST_KAFKA_SASL
/** Not on a Kafka that somebody else has started: it has no such listeners, and no permissions. */
const onSecureKafka = saslAddress === undefined ? () => {} : onKafka

onSecureKafka('permissions are given, shown and taken back', async ({ client, name }) => {
  const admin = client.admin()
  const acl = {
    resourceType: 'topic',
    resourceName: name,
    patternType: 'prefixed',
    principal: 'User:alice',
    host: '*',
    operation: 'read',
    permission: 'allow',
  } as const
  const { host: _, ...given } = acl
  await admin.createAcls([given])
  const filter = { resourceType: 'topic', resourceName: name, patternType: 'prefixed' } as const
  const acls = () => admin.describeAcls(filter)
  deepEqual(await eventually(acls, (found) => found.length === 1), [acl])
  deepEqual(await admin.deleteAcls([filter]), [acl])
  deepEqual(await eventually(acls, (found) => found.length === 0), [])
})

onSecureKafka('delegation tokens are created, shown, renewed and expire', async ({ client, name }) => {
  const { clusterId } = await client.admin().describeCluster()
  ok(clusterId.length > 0)
  const sasl = { mechanism: 'PLAIN', username: 'alice', password: 'alice-secret' } as const
  await using alice = createClient({ bootstrap: saslAddress!, sasl })
  const admin = alice.admin()
  const token = await admin.createDelegationToken({ renewers: [`User:${name}`], maxLifetimeMs: 3_600_000 })
  deepEqual([token.owner, token.requester, token.renewers], ['User:alice', 'User:alice', [`User:${name}`]])
  equal(token.maxTimestamp - token.issueTimestamp, 3_600_000)
  const tokens = async () => (await admin.describeDelegationToken(['User:alice'])).filter(isMine)
  const isMine = ({ tokenId }: { readonly tokenId: string }) => tokenId === token.tokenId
  const [described] = await eventually(tokens, (found) => found.length === 1)
  deepEqual(described, token)
  const renewed = await admin.renewDelegationToken(token.hmac, { renewPeriodMs: 60_000 })
  ok(renewed < token.maxTimestamp && renewed > token.issueTimestamp)
  ok((await admin.expireDelegationToken(token.hmac, { expiryTimePeriodMs: -1 })) <= Date.now() + 60_000)
  deepEqual(await eventually(tokens, (found) => found.length === 0), [])
})

onKafka('a transaction that hangs is aborted in its partition, or ended for its producer', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  const partition = { topic: name, partition: 0 }
  const described = async () => (await admin.describeProducers([partition]))[0]!.producers[0]!
  const producer = client.producer({ transactionalId: name })
  const left = producer.transaction(async (transaction) => {
    await transaction.send({ topic: name, value: 'v' })
    const { currentTransactionStartOffset, ...hanging } = await described()
    equal(currentTransactionStartOffset, 0)
    await admin.abortTransaction({ ...partition, ...hanging, coordinatorEpoch: Math.max(0, hanging.coordinatorEpoch) })
    equal((await described()).currentTransactionStartOffset, -1)
    equal((await admin.describeTransactions([name]))[0]!.state, 'Ongoing')
    await admin.forceTerminateTransaction(name)
    const [ended] = await eventually(
      () => admin.describeTransactions([name]),
      ([found]) => found!.state !== 'Ongoing' && !found!.state.startsWith('Prepare'),
    )
    ok(['CompleteAbort', 'Empty'].includes(ended!.state), ended!.state)
  })
  await rejects(left, { name: /PRODUCER_FENCED|INVALID_PRODUCER_EPOCH/ })
})

onKafka('members are removed from a classic group', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  await client.producer().send({ topic: name, value: 'v' })
  const options = { groupId: name, topics: name, groupProtocol: 'classic', autoOffsetReset: 'earliest' } as const
  const consumer = client.consumer({ ...options, groupInstanceId: 'one', heartbeatIntervalMs: 100 })
  for await (const _ of consumer) break
  const [group] = await admin.describeClassicGroups([name])
  deepEqual([group!.type, group!.members.map(({ groupInstanceId }) => groupInstanceId)], ['classic', ['one']])
  await consumer.close()
  await admin.removeMembersFromConsumerGroup(name, [{ groupInstanceId: 'one' }])
  const [left] = await admin.describeClassicGroups([name])
  deepEqual([left!.state, left!.members], ['Empty', []])
})

onKafka('share groups are described, and their offsets set and forgotten', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name }])
  await admin.incrementalAlterConfigs([{ type: 'group', name, set: { 'share.auto.offset.reset': 'earliest' } }])
  await client.producer().sendBatch(Array.from({ length: 5 }, (_, i) => ({ topic: name, value: `${i}` })))
  const consumer = client.shareConsumer({ groupId: name, topics: name })
  for await (const _ of consumer) break
  const [group] = await admin.describeShareGroups([name])
  deepEqual([group!.type, group!.members[0]!.assignment], ['share', [{ topic: name, partition: 0 }]])
  ok((await admin.listConfigResources(['group'])).some((resource) => resource.name === name))
  await consumer.close()
  await eventually(
    () => admin.describeShareGroups([name]),
    ([left]) => left!.members.length === 0,
  )
  await admin.alterShareGroupOffsets(name, [{ topic: name, partition: 0, offset: 3 }])
  const offsets = () => admin.listShareGroupOffsets(name)
  const [offset] = await eventually(offsets, ([found]) => found?.startOffset === 3)
  deepEqual([offset!.topic, offset!.partition, offset!.startOffset], [name, 0, 3])
  await admin.deleteShareGroupOffsets(name, [name])
  deepEqual(await eventually(offsets, (found) => found.length === 0), [])
  await admin.deleteShareGroups([name])
  await rejects(admin.describeShareGroups([name], { timeoutMs: 5_000 }), { name: 'GROUP_ID_NOT_FOUND' })
})

onKafka('groups of streams are described with their topology and members', async ({ client, name }) => {
  const admin = client.admin()
  await admin.createTopics([{ name, partitions: 2 }])
  await using member = await StreamsMember.join(name)
  const describe = async () => (await admin.describeStreamsGroups([name]))[0]!
  const group = await describe()
  deepEqual([group.groupId, group.subtopologies[0]!.sourceTopics], [name, [name]])
  deepEqual([group.members.length, group.members[0]!.memberId], [1, member.memberId])
  await member.leave()
  equal((await describe()).state, 'Empty')
  await admin.deleteStreamsGroups([name])
  await rejects(describe(), { name: 'GROUP_ID_NOT_FOUND' })
})

onKafka('partitions move between brokers and directories, and voters and features change', async () => {
  await using kafkas = await twoKafkas()
  await using client = createClient({ bootstrap: kafkas.bootstrap })
  const both = (brokers: readonly unknown[]) => brokers.length === 2
  await eventually(
    async () => (await client.admin().describeCluster()).brokers,
    (found) => both(found),
  )
  await movesBetweenBrokers(client)
  await movesBetweenDirectories(client)
  await changesFeatures(client)
  await changesVoters(client, kafkas.second)
  await kafkas.second.stop()
  const admin = client.admin()
  await admin.unregisterBroker(kafkas.second.id)
  const all = async () => (await admin.describeCluster({ includeFencedBrokers: true })).brokers.map(({ id }) => id)
  deepEqual(await eventually(all, (found) => found.length === 1), [1])
})

async function movesBetweenBrokers(client: Client): Promise<void> {
  const admin = client.admin()
  const topic = 'moved'
  await admin.createTopics([{ name: topic, replicas: [[1]] }])
  await client.producer().send({ topic, value: Buffer.alloc(100_000) })
  const partition = { topic, partition: 0 }
  // Slowly enough to be seen on the way.
  const throttle = (set: Record<string, string>) => admin.incrementalAlterConfigs([{ type: 'topic', name: topic, set }])
  await throttle({ 'leader.replication.throttled.replicas': '*', 'follower.replication.throttled.replicas': '*' })
  const rate = { 'leader.replication.throttled.rate': 1, 'follower.replication.throttled.rate': 1 }
  await admin.incrementalAlterConfigs(['1', '2'].map((name) => ({ type: 'broker', name, set: rate }) as const))
  await admin.alterPartitionReassignments([{ ...partition, replicas: [2, 1] }])
  deepEqual(await admin.listPartitionReassignments([partition]), [
    { ...partition, replicas: [2, 1], addingReplicas: [2], removingReplicas: [] },
  ])
  await admin.alterPartitionReassignments([{ ...partition, replicas: null }])
  deepEqual(await admin.listPartitionReassignments(), [])
  const noRate = Object.keys(rate)
  await admin.incrementalAlterConfigs(['1', '2'].map((name) => ({ type: 'broker', name, delete: noRate }) as const))
  await admin.alterPartitionReassignments([{ ...partition, replicas: [2, 1] }])
  const described = async () => (await admin.describeTopics([topic]))[0]!.partitions[0]!
  const moved = await eventually(described, ({ inSyncReplicas }) => inSyncReplicas.length === 2)
  deepEqual([moved.replicas, moved.leader], [[2, 1], 1])
  deepEqual(await admin.electLeaders('preferred', [partition]), [partition])
  equal((await eventually(described, ({ leader }) => leader === 2)).leader, 2)
}

async function movesBetweenDirectories(client: Client): Promise<void> {
  const admin = client.admin()
  const topic = 'stored'
  await admin.createTopics([{ name: topic, replicas: [[1]] }])
  await client.producer().send({ topic, value: 'v' })
  const replica = { topic, partition: 0, broker: 1 }
  const dirsOf = async () => (await admin.describeReplicaLogDirs([replica]))[0]!.dirs.map(({ path }) => path)
  const [before] = await dirsOf()
  const paths = (await admin.describeLogDirs([1])).map(({ path }) => path)
  equal(paths.length, 2)
  const other = paths.find((path) => path !== before)!
  await admin.alterReplicaLogDirs([{ ...replica, path: other }])
  deepEqual(await eventually(dirsOf, (found) => found.length === 1 && found[0] === other), [other])
}

async function changesFeatures(client: Client): Promise<void> {
  const admin = client.admin()
  const feature = 'transaction.version'
  const level = async () => (await admin.describeFeatures()).get(feature)
  equal(await level(), 2)
  await admin.updateFeatures({ [feature]: { level: 1, type: 'safeDowngrade' } }, { validateOnly: true })
  equal(await level(), 2)
  await admin.updateFeatures({ [feature]: { level: 1, type: 'safeDowngrade' } })
  equal(await eventually(level, (found) => found === 1), 1)
  await rejects(admin.updateFeatures({ [feature]: { level: 99 } }), /transaction\.version/)
}

async function changesVoters(client: Client, { id, controllerPort }: { id: number; controllerPort: number }) {
  const admin = client.admin()
  const quorum = () => admin.describeMetadataQuorum()
  const ids = (replicas: readonly { readonly id: number }[]) => replicas.map((replica) => replica.id).sort()
  const before = await quorum()
  deepEqual([before.leaderId, ids(before.voters), ids(before.observers)], [1, [1], [2]])
  ok(before.highWatermark > 0)
  const { directoryId } = before.observers[0]!
  const listeners = [{ name: 'CONTROLLER', host: '127.0.0.1', port: controllerPort }]
  await admin.addRaftVoter({ id, directoryId, listeners })
  deepEqual(ids((await quorum()).voters), [1, 2])
  await admin.removeRaftVoter({ id, directoryId })
  deepEqual(ids((await quorum()).voters), [1])
}
