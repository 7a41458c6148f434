// The kafkajs API over this client, on Ottla and on Apache Kafka.
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  AssignerProtocol,
  CompressionCodecs,
  CompressionTypes,
  type Consumer,
  type EachMessagePayload,
  Kafka,
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
  type LogEntry,
  logLevel,
  PartitionAssigners,
  Partitioners,
  type Producer,
  type ProducerRecord,
  type RequestTimeoutEvent,
} from '@ottla/client/kafkajs'
import { startBroker } from 'ottla'
import { onBoth, onKafka, type Scene } from './kafkajs-scenes.ts'

/** Waits, without end: the test runner's own time-out says where. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}

async function withTopic({ kafka, name }: Scene, numPartitions = 1): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  equal(await admin.createTopics({ topics: [{ topic: name, numPartitions }] }), true)
  await admin.disconnect()
}

async function send({ kafka, name }: Scene, values: readonly string[], partition = 0): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic: name, messages: values.map((value) => ({ value, partition })) })
  await producer.disconnect()
}

const text = ({ message }: EachMessagePayload) => String(message.value)
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))
const committed = async ({ kafka, name }: Scene): Promise<string | undefined> => {
  const admin = kafka.admin()
  await admin.connect()
  const offsets = await admin.fetchOffsets({ groupId: name, topics: [name] })
  await admin.disconnect()
  return offsets[0]?.partitions[0]?.offset
}

onBoth('a message goes there and back with its key, its headers and its time', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  const producer = kafka.producer()
  await producer.connect()
  const headers = { source: 'web', tags: ['a', Buffer.from('b')] }
  const sent = await producer.send({
    topic: name,
    messages: [{ key: 'k', value: 'v', headers, timestamp: '1700000000000' }, { value: null }],
  })
  deepEqual(sent, [
    { topicName: name, partition: 0, errorCode: 0, baseOffset: '0', logAppendTime: '-1', logStartOffset: '0' },
  ])
  const received: EachMessagePayload[] = []
  await using consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topics: [name], fromBeginning: true })
  await consumer.run({ eachMessage: async (payload) => void received.push(payload) })
  await until(() => received.length === 2)
  const { topic, partition, message } = received[0]!
  deepEqual({ topic, partition }, { topic: name, partition: 0 })
  deepEqual(message, {
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    headers: { source: Buffer.from('web'), tags: [Buffer.from('a'), Buffer.from('b')] },
    timestamp: '1700000000000',
    attributes: 0,
    offset: '0',
    magicByte: 2,
    isControlRecord: false,
  } as object)
  equal(received[1]!.message.value, null)
  await producer.disconnect()
})

onBoth('each codec packs, and acks of 0 and 1 are told apart', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  const producer = kafka.producer()
  await producer.connect()
  const { None, GZIP, Snappy, LZ4, ZSTD } = CompressionTypes
  for (const compression of [None, GZIP, Snappy, LZ4, ZSTD])
    await producer.send({ topic: name, compression, messages: numbers(50).map((value) => ({ value })) })
  deepEqual(await producer.send({ topic: name, acks: 0, messages: [{ value: 'unheard' }] }), [])
  equal((await producer.send({ topic: name, acks: 1, messages: [{ value: 'heard' }] }))[0]?.partition, 0)
  await producer.disconnect()
  const values: string[] = []
  await using consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({ eachMessage: async (payload) => void values.push(text(payload)) })
  await until(() => values.length === 252)
  deepEqual(values.slice(0, 250), Array.from({ length: 5 }, () => numbers(50)).flat())
})

/** Counts what it does. */
function countingCodec(calls: string[]) {
  const counted = (what: string, work: (bytes: Buffer) => Buffer) => async (bytes: Buffer) => {
    await sleep(5)
    calls.push(what)
    return work(bytes)
  }
  const packed = counted('compress', (bytes) => gzipSync(bytes))
  const decompress = counted('decompress', (bytes) => gunzipSync(bytes))
  return () => ({ compress: ({ buffer }: { buffer: Buffer }) => packed(buffer), decompress })
}

/** Puts codecs there while `work` goes on. */
async function withGzip(codec: () => unknown, work: () => Promise<void>): Promise<void> {
  const { [CompressionTypes.GZIP]: ours } = CompressionCodecs
  CompressionCodecs[CompressionTypes.GZIP] = codec
  try {
    await work()
  } finally {
    CompressionCodecs[CompressionTypes.GZIP] = ours
  }
}

onBoth('a codec that the program assigns packs and unpacks in the place of ours', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene, 2)
  const calls: string[] = []
  const producer = kafka.producer()
  await producer.connect()
  const batch = (values: readonly string[], partition = 0) =>
    producer.send({
      topic: name,
      compression: CompressionTypes.GZIP,
      messages: values.map((value) => ({ value, partition })),
    })
  await batch(['by ours'])
  await withGzip(countingCodec(calls), async () => {
    await Promise.all([batch(numbers(50)), batch(['elsewhere'], 1), batch(['50'])])
    const seen: string[][] = [[], []]
    await using consumer = reader(kafka.consumer({ groupId: name }))
    await consumer.subscribe({ topic: name, fromBeginning: true })
    await consumer.run({ eachMessage: async (each) => void seen[each.partition]!.push(text(each)) })
    await until(() => seen.flat().length === 53)
    deepEqual(seen, [['by ours', ...numbers(51)], ['elsewhere']])
  })
  const [packed, unpacked] = ['compress', 'decompress'].map((what) => calls.filter((call) => call === what).length)
  ok(packed! >= 2 && unpacked === packed! + 1, `${packed} batches packed, ${unpacked} unpacked`)
  await producer.disconnect()
})

onBoth('a codec that fails is the error of what was to be sent, and of nothing else', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  const producer = kafka.producer()
  await producer.connect()
  const packed = { topic: name, compression: CompressionTypes.GZIP, messages: [{ value: 'x' }] }
  const compress = async () => {
    throw new Error('no room to pack')
  }
  await withGzip(
    () => ({ compress }),
    () => rejects(producer.send(packed), /gzip has failed: no room to pack/),
  )
  equal((await producer.send(packed))[0]!.baseOffset, '0')
  await producer.disconnect()
})

onBoth('what cannot be sent is refused in the words of kafkajs', async ({ kafka, name }) => {
  const producer = kafka.producer({ idempotent: true })
  equal(producer.isIdempotent(), true)
  await rejects(producer.send({ topic: name, messages: [{ value: 'x' }] }), {
    name: 'KafkaJSError',
    message: 'The producer is disconnected',
  })
  await producer.connect()
  await rejects(producer.send({ topic: '', messages: [] }), { message: 'Invalid topic' })
  await rejects(producer.send({ topic: name, messages: [{ key: 'a' } as never] }), {
    name: 'KafkaJSNonRetriableError',
    message: `Invalid message without value for topic "${name}": {"key":"a"}`,
  })
  await rejects(producer.send({ topic: name, acks: 1, messages: [] }), /invalidates the idempotent producer's EoS/)
  await rejects(producer.send({ topic: 'no topic!', messages: [{ value: 'x' }] }), (error: Error) => {
    ok(error instanceof KafkaJSNonRetriableError && error instanceof KafkaJSError)
    return error.message === 'The request attempted to perform an operation on an invalid topic'
  })
  await producer.disconnect()
  throws(() => kafka.producer({ idempotent: true, retry: { retries: 0 } }), /must allow retries/)
})

onBoth('what eachMessage has processed is committed, and a failure is tried again', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(5))
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({
    eachMessage: async (payload) => {
      seen.push(text(payload))
      if (seen.length === 3) {
        equal(await committed(scene), '-1')
        throw new Error('not yet')
      }
    },
  })
  await until(() => seen.length === 6)
  await consumer.disconnect()
  deepEqual(seen, ['0', '1', '2', '2', '3', '4'])
  equal(await committed(scene), '5')
})

onBoth('eachBatch resolves, commits and stops as it likes', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(10))
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({
      batch,
      resolveOffset,
      heartbeat,
      commitOffsetsIfNecessary,
      uncommittedOffsets,
      isRunning,
      isStale,
    }) => {
      deepEqual([batch.topic, batch.partition, batch.highWatermark, batch.isEmpty()], [name, 0, '10', false])
      deepEqual([batch.lastOffset(), batch.offsetLag()], ['9', '0'])
      equal(batch.offsetLagLow(), String(9 - Number(batch.firstOffset())))
      for (const message of batch.messages.slice(0, 4)) {
        equal(isRunning() && !isStale(), true)
        seen.push(String(message.value))
        resolveOffset(message.offset)
        await heartbeat()
      }
      const offset = batch.messages.at(Math.min(3, batch.messages.length - 1))!.offset
      const next = String(Number(offset) + 1)
      deepEqual(uncommittedOffsets(), { topics: [{ topic: name, partitions: [{ partition: '0', offset: next }] }] })
      await commitOffsetsIfNecessary({ topics: [{ topic: name, partitions: [{ partition: 0, offset: next }] }] })
      deepEqual(uncommittedOffsets(), { topics: [] })
    },
  })
  await until(() => seen.length === 10)
  await consumer.disconnect()
  deepEqual(seen, numbers(10))
  equal(await committed(scene), '10')
})

onBoth('commits come by count, or by hand with their metadata', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(5))
  const commits: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partitions } of payload.topics) commits.push(partitions[0]!.offset)
  })
  await consumer.subscribe({ topic: name, fromBeginning: true })
  let count = 0
  await consumer.run({ autoCommitThreshold: 2, eachMessage: async () => void count++ })
  await until(() => commits.length === 3)
  deepEqual([count, commits], [5, ['2', '4', '5']])
  await consumer.commitOffsets([{ topic: name, partition: 0, offset: '1', metadata: 'why' }])
  const admin = kafka.admin()
  await admin.connect()
  deepEqual(await admin.fetchOffsets({ groupId: name, topics: [name] }), [
    { topic: name, partitions: [{ partition: 0, offset: '1', metadata: 'why' }] },
  ])
  await admin.disconnect()
  await consumer.disconnect()
})

onBoth('what eachBatch leaves is handed out again without another fetch', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(3))
  const seen: string[] = []
  let fetches = 0
  // Whoever fetched again would have to wait for what is asked for meanwhile.
  const consumer = reader(kafka.consumer({ groupId: name, maxWaitTimeInMs: 60_000 }))
  consumer.on(consumer.events.FETCH, () => void fetches++)
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch: { messages }, resolveOffset }) => {
      seen.push(messages.map(({ value }) => String(value)).join())
      resolveOffset(messages[0]!.offset)
    },
  })
  await until(() => seen.length === 3)
  await consumer.disconnect()
  deepEqual([seen, fetches], [['0,1,2', '1,2', '2'], 1])
})

onBoth('a consumer seeks, pauses and resumes', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(6))
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name, maxWaitTimeInMs: 100 }))
  throws(() => consumer.seek({ topic: name, partition: 0, offset: '1' }), /consumer#run must be called first/)
  throws(() => consumer.pause([{ topic: name }]), /consumer#run must be called first/)
  await consumer.subscribe({ topic: name, fromBeginning: true })
  const running = consumer.run({
    eachMessage: async (payload) => {
      seen.push(text(payload))
      if (seen.length === 2) payload.pause()
    },
  })
  consumer.seek({ topic: name, partition: 0, offset: '3' })
  await running
  await until(() => seen.length === 2)
  deepEqual(consumer.paused(), [{ topic: name, partitions: [0] }])
  consumer.resume([{ topic: name }])
  await until(() => seen.length === 3)
  deepEqual(seen, ['3', '4', '5'])
  consumer.seek({ topic: name, partition: 0, offset: '-2' })
  await until(() => seen.length === 9)
  deepEqual(seen.slice(3), numbers(6))
  await rejects(consumer.subscribe({ topic: name }), /Cannot subscribe to topic while consumer is running/)
  await consumer.disconnect()
})

onBoth('events tell what happens, in their order', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, ['x'])
  const names: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name, heartbeatInterval: 50, sessionTimeout: 10_000 }))
  throws(() => consumer.on('CONNECT' as never, () => {}), /Event name should be one of consumer\.events\.HEARTBEAT/)
  const events = Object.values(consumer.events).filter((event) => !/network|heartbeat|fetch/.test(event))
  for (const event of events) consumer.on(event, ({ type }) => void names.push(type))
  const joined = eventOf(consumer, 'GROUP_JOIN')
  const began = eventOf(consumer, 'START_BATCH_PROCESS')
  const ended = eventOf(consumer, 'END_BATCH_PROCESS')
  const beat = eventOf(consumer, 'HEARTBEAT')
  const fetched = eventOf(consumer, 'FETCH')
  const asked = eventOf(consumer, 'REQUEST')
  await consumer.connect()
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({ eachMessage: async () => {} })
  const join = (await joined).payload
  deepEqual([join.groupId, join.isLeader, join.groupProtocol], [name, true, 'RoundRobinAssigner'])
  deepEqual(join.memberAssignment, { [name]: [0] })
  const batch = { topic: name, partition: 0, highWatermark: '1', offsetLag: '0', offsetLagLow: '0' }
  deepEqual((await began).payload, { ...batch, batchSize: 1, firstOffset: '0', lastOffset: '0' })
  equal(typeof (await ended).payload.duration, 'number')
  equal((await beat).payload.memberId, join.memberId)
  equal(typeof (await fetched).payload.nodeId, 'string')
  equal((await asked).payload.apiName, 'ApiVersions')
  await consumer.disconnect()
  deepEqual(names, [
    'consumer.connect',
    'consumer.connect',
    'consumer.group_join',
    'consumer.start_batch_process',
    'consumer.end_batch_process',
    'consumer.commit_offsets',
    'consumer.stop',
    'consumer.disconnect',
  ])
})

onBoth('a handler that goes on failing crashes the consumer, which begins again unless it may not', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, ['x'])
  let failures = 0
  const retry = { retries: 1, initialRetryTime: 20, restartOnFailure: async () => failures < 4 }
  const consumer = reader(kafka.consumer({ groupId: name, retry }))
  const crashes: { name: string; restart: boolean }[] = []
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    ok(error instanceof KafkaJSNumberOfRetriesExceeded)
    equal(error.message, 'bad message')
    crashes.push({ name: error.name, restart })
  })
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({
    eachMessage: async () => {
      failures++
      throw new Error('bad message')
    },
  })
  await until(() => crashes.length === 2)
  equal(failures, 4)
  deepEqual(crashes, [
    { name: 'KafkaJSNumberOfRetriesExceeded', restart: true },
    { name: 'KafkaJSNumberOfRetriesExceeded', restart: false },
  ])
  await consumer.disconnect()
})

onBoth('a bug in a handler ends the consumer for good', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, ['x'])
  const consumer = reader(kafka.consumer({ groupId: name }))
  const crashed = eventOf(consumer, 'CRASH')
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({
    eachMessage: async () => {
      throw new TypeError('a bug')
    },
  })
  const { error, restart } = (await crashed).payload
  deepEqual([error.name, error.message, restart], ['KafkaJSNonRetriableError', 'a bug', false])
  await consumer.disconnect()
})

onBoth('members share partitions, and hand them over when they leave', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene, 4)
  const owned = new Map<string, number[]>()
  const seen: string[] = []
  const member = async (id: string) => {
    const consumer = reader(kafka.consumer({ groupId: name, heartbeatInterval: 50 }))
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => void owned.set(id, payload.memberAssignment[name] ?? []))
    await consumer.subscribe({ topic: name, fromBeginning: true })
    await consumer.run({ partitionsConsumedConcurrently: 2, eachMessage: async (each) => void seen.push(text(each)) })
    return consumer
  }
  const first = await member('first')
  deepEqual(owned.get('first'), [0, 1, 2, 3])
  const second = await member('second')
  await until(() => owned.get('first')!.length === 2 && owned.get('second')!.length === 2)
  deepEqual([...owned.get('first')!, ...owned.get('second')!].sort(), [0, 1, 2, 3])
  const { state, members, protocol } = await first.describeGroup()
  deepEqual([state, members.length, protocol], ['Stable', 2, 'RoundRobinAssigner'])
  deepEqual(AssignerProtocol.MemberMetadata.decode(members[0]!.memberMetadata)?.topics, [name])
  await second.disconnect()
  await until(() => owned.get('first')!.length === 4)
  for (let partition = 0; partition < 4; partition++) await send(scene, [`p${partition}`], partition)
  await until(() => seen.length === 4)
  deepEqual(seen.sort(), ['p0', 'p1', 'p2', 'p3'])
  await first.disconnect()
})

onBoth('an assigner of the application decides, with the cluster before its eyes', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene, 3)
  const version = 1
  const userData = Buffer.from('rack 7')
  const consumer = reader(
    kafka.consumer({
      groupId: name,
      partitionAssigners: [
        ({ cluster, groupId }) => ({
          name: 'LastOnly',
          version,
          protocol: ({ topics }) => ({
            name: 'LastOnly',
            metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData }),
          }),
          assign: async ({ members, topics }) => {
            equal(groupId, name)
            equal(cluster.getNodeIds().length, 1)
            const metadata = AssignerProtocol.MemberMetadata.decode(members[0]!.memberMetadata)!
            equal(String(metadata.userData), 'rack 7')
            const last = cluster.findTopicPartitionMetadata(topics[0]!).at(-1)!.partitionId
            const assignment = { [topics[0]!]: [last] }
            return members.map(({ memberId }) => ({
              memberId,
              memberAssignment: AssignerProtocol.MemberAssignment.encode({ version, assignment, userData }),
            }))
          },
        }),
        PartitionAssigners.roundRobin,
      ],
    }),
  )
  const joined = eventOf(consumer, 'GROUP_JOIN')
  await consumer.subscribe({ topic: name })
  await consumer.run({ eachMessage: async () => {} })
  const { memberAssignment, groupProtocol } = (await joined).payload
  deepEqual([memberAssignment, groupProtocol], [{ [name]: [2] }, 'LastOnly'])
  await consumer.disconnect()
})

onBoth('a pattern stands for the topics that match it', async (scene) => {
  const { kafka, name } = scene
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: `${name}-a` }, { topic: `${name}-b` }, { topic: `x-${name}` }] })
  await admin.disconnect()
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topics: [new RegExp(`^${name}-.$`)], fromBeginning: true })
  await consumer.run({ eachMessage: async ({ topic }) => void seen.push(topic) })
  for (const topic of ['x-', '-b', '-a']) {
    const whole = topic === 'x-' ? `x-${name}` : `${name}${topic}`
    await send({ kafka, name: whole }, ['v'])
  }
  await until(() => seen.length === 2)
  deepEqual(seen.sort(), [`${name}-a`, `${name}-b`])
  await consumer.disconnect()
})

onBoth('a consumer whose pattern matches no topic is a member of its group all the same', async ({ kafka, name }) => {
  const consumer = reader(kafka.consumer({ groupId: name, heartbeatInterval: 50 }))
  const joined = eventOf(consumer, 'GROUP_JOIN')
  const beat = eventOf(consumer, 'HEARTBEAT')
  await consumer.subscribe({ topics: [new RegExp(`^${name}-`)] })
  await consumer.run({ eachMessage: async () => {} })
  const { memberAssignment, memberId } = (await joined).payload
  deepEqual(memberAssignment, {})
  equal((await beat).payload.memberId, memberId)
  const { state, members } = await consumer.describeGroup()
  deepEqual([state, members.map((member) => member.memberId)], ['Stable', [memberId]])
  await consumer.disconnect()
})

onBoth('a consumer that has stopped goes on where it was when it runs again', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, ['a'])
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name, fromBeginning: true })
  const eachMessage = async (payload: EachMessagePayload) => void seen.push(text(payload))
  await consumer.run({ eachMessage })
  await until(() => seen.length === 1)
  await consumer.stop()
  await send(scene, ['b'])
  await consumer.run({ eachMessage })
  await until(() => seen.length === 2)
  deepEqual(seen, ['a', 'b'])
  await consumer.disconnect()
})

onBoth('the admin creates, describes, changes and deletes', async ({ kafka, name }) => {
  const admin = kafka.admin()
  await admin.connect()
  const topics = [{ topic: name, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '60000' }] }]
  equal(await admin.createTopics({ topics, waitForLeaders: true }), true)
  equal(await admin.createTopics({ topics }), false)
  ok((await admin.listTopics()).includes(name))
  await admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] })
  const [metadata] = (await admin.fetchTopicMetadata({ topics: [name] })).topics
  deepEqual(metadata!.partitions.map(({ partitionId }) => partitionId).sort(), [0, 1, 2])
  const { brokers, controller, clusterId } = await admin.describeCluster()
  deepEqual([brokers.length, brokers[0]!.nodeId === controller, clusterId.length > 0], [1, true, true])
  const resource = { type: 2, name } as const
  const query = { resources: [{ ...resource, configNames: ['retention.ms'] }], includeSynonyms: false }
  const valueNow = async () => (await admin.describeConfigs(query)).resources[0]!.configEntries[0]!.configValue
  equal(await valueNow(), '60000')
  const configEntries = [{ name: 'retention.ms', value: '70000' }]
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
  equal(await valueNow(), '70000')
  await admin.deleteTopics({ topics: [name] })
  ok(!(await admin.listTopics()).includes(name))
  await rejects(
    admin.createTopics({ topics: [{ topic: 'no topic!' }] }),
    (error: { name: string; errors: unknown[] }) => {
      equal(error.name, 'KafkaJSAggregateError')
      const [first] = error.errors as { type: string; topic: string }[]
      deepEqual([first!.type, first!.topic], ['INVALID_TOPIC_EXCEPTION', 'no topic!'])
      return true
    },
  )
  await admin.disconnect()
})

onBoth('an admin that asks for a topic does not create it', async ({ kafka, name }) => {
  const admin = kafka.admin({ retry: { retries: 0 } })
  await admin.connect()
  const unknown = { message: 'This server does not host this topic-partition' }
  await rejects(admin.fetchTopicMetadata({ topics: [name] }), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
  await rejects(admin.fetchTopicOffsets(name), unknown)
  await rejects(admin.fetchTopicOffsetsByTimestamp(name, 0), unknown)
  await rejects(admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '0' }] }), unknown)
  equal((await admin.listTopics()).includes(name), false)
  await admin.disconnect()
})

onBoth('the admin finds, sets and deletes offsets and groups', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  await send(scene, numbers(4))
  const admin = kafka.admin()
  await admin.connect()
  deepEqual(await admin.fetchTopicOffsets(name), [{ partition: 0, offset: '4', high: '4', low: '0' }])
  deepEqual(await admin.fetchTopicOffsetsByTimestamp(name, 0), [{ partition: 0, offset: '0' }])
  deepEqual(await admin.fetchTopicOffsetsByTimestamp(name, Date.now() + 60_000), [{ partition: 0, offset: '4' }])
  await admin.setOffsets({ groupId: name, topic: name, partitions: [{ partition: 0, offset: '2' }] })
  equal(await committed(scene), '2')
  await admin.resetOffsets({ groupId: name, topic: name, earliest: true })
  equal(await committed(scene), '-2')
  deepEqual(await admin.fetchOffsets({ groupId: name, topics: [name], resolveOffsets: true }), [
    { topic: name, partitions: [{ partition: 0, offset: '0', metadata: null }] },
  ])
  ok((await admin.listGroups()).groups.some(({ groupId }) => groupId === name))
  equal((await admin.describeGroups([name])).groups[0]!.state, 'Empty')
  deepEqual(await admin.deleteGroups([name]), [{ groupId: name, errorCode: 0 }])
  await rejects(admin.deleteGroups([name]), (error: { name: string; groups: { error: unknown }[] }) => {
    ok(error.groups[0]!.error instanceof KafkaJSProtocolError)
    return error.name === 'KafkaJSDeleteGroupsError'
  })
  await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '3' }] })
  equal((await admin.fetchTopicOffsets(name))[0]!.low, '3')
  await rejects(admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 7, offset: '3' }] }), {
    name: 'KafkaJSDeleteTopicRecordsError',
  })
  await admin.disconnect()
})

onBoth('offsets of a group with members are not to be set', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name })
  await consumer.run({ eachMessage: async () => {} })
  const admin = kafka.admin()
  await rejects(admin.resetOffsets({ groupId: name, topic: name, earliest: true }), {
    message: 'The consumer group must have no running instances, current state: Stable',
  })
  await admin.disconnect()
  await consumer.disconnect()
})

onKafka('a transaction is all or nothing, with the offsets it commits', async (scene) => {
  const { kafka, name } = scene
  await withTopic(scene)
  const producer = kafka.producer({ transactionalId: name, maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  const lost = await producer.transaction()
  await rejects(producer.transaction(), /already an ongoing transaction/)
  await lost.send({ topic: name, messages: [{ value: 'lost' }] })
  equal(lost.isActive(), true)
  await lost.abort()
  equal(lost.isActive(), false)
  await rejects(lost.send({ topic: name, messages: [] }), /Cannot continue to use transaction once ended/)
  const kept = await producer.transaction()
  const calls: string[] = []
  await withGzip(countingCodec(calls), async () => {
    const topicMessages = [{ topic: name, messages: [{ value: 'kept' }] }]
    await kept.sendBatch({ compression: CompressionTypes.GZIP, topicMessages })
  })
  deepEqual(calls, ['compress'])
  const topics = [{ topic: name, partitions: [{ partition: 0, offset: '1' }] }]
  await kept.sendOffsets({ consumerGroupId: `${name}-offsets`, topics })
  await kept.commit()
  await producer.disconnect()
  const seen: string[] = []
  const consumer = reader(kafka.consumer({ groupId: name }))
  await consumer.subscribe({ topic: name, fromBeginning: true })
  await consumer.run({ eachMessage: async (payload) => void seen.push(text(payload)) })
  await until(() => seen.length === 1)
  deepEqual(seen, ['kept'])
  await consumer.disconnect()
  const admin = kafka.admin()
  await admin.connect()
  const offsets = await admin.fetchOffsets({ groupId: `${name}-offsets`, topics: [name] })
  equal(offsets[0]!.partitions[0]!.offset, '1')
  await admin.disconnect()
})

test('a cluster that cannot be reached is an error with its cause, after the retries that were asked for', async () => {
  const kafka = new Kafka({
    brokers: ['127.0.0.1:1'],
    logLevel: logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 10 },
  })
  await rejects(kafka.producer().connect(), (error: KafkaJSNumberOfRetriesExceeded) => {
    ok(error instanceof KafkaJSNumberOfRetriesExceeded)
    equal(error.retryCount, 1)
    const cause = error.cause as KafkaJSConnectionError
    ok(cause instanceof KafkaJSConnectionError)
    equal(cause.code, 'ECONNREFUSED')
    match(cause.message, /^Connection error: connect ECONNREFUSED/)
    return true
  })
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const patient = new Kafka({
    brokers: async () => [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    requestTimeout: 50,
    retry: { retries: 0 },
  })
  await rejects(
    patient.admin().connect(),
    (error: Error) => (error.cause as Error).name === 'KafkaJSRequestTimeoutError',
  )
  silent.close()
  await rejects(new Kafka({ brokers: [], logLevel: 0 }).admin().connect(), /brokers array is empty/)
})

test('a cluster that is gone ends sends and consumers after their retries, and consumers begin again when it is back', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ottla-kafkajs-'))
  const first = await startBroker({ directory })
  const brokers = [first.bootstrapServers]
  const retry = { retries: 1, initialRetryTime: 50 }
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry })
  const scene = { kafka, name: 'gone' }
  await withTopic(scene)
  const producer = kafka.producer()
  await producer.connect()
  const message = { topic: scene.name, messages: [{ value: 'v' }] }
  await producer.send(message)
  let received = 0
  let isGone = false
  const crashes: object[] = []
  const consumer = reader(kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 }))
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    ok(error instanceof KafkaJSNumberOfRetriesExceeded)
    ok(error.cause instanceof KafkaJSConnectionError)
    crashes.push({ restart })
  })
  await consumer.subscribe({ topic: scene.name, fromBeginning: true })
  await consumer.run({
    eachMessage: async () => {
      // Its offset is not committed any more, and it comes again.
      if (received++ > 0) return
      await first.close()
      isGone = true
    },
  })
  await until(() => isGone)
  await rejects(producer.send(message), (error: Error) => {
    ok(error instanceof KafkaJSNumberOfRetriesExceeded)
    return error.cause instanceof KafkaJSConnectionError
  })
  await rejects(kafka.admin().listTopics(), (error: Error) => {
    ok(error instanceof KafkaJSNumberOfRetriesExceeded)
    return error.cause instanceof KafkaJSConnectionError
  })
  await until(() => crashes.length > 0)
  deepEqual(crashes[0], { restart: true })
  const port = Number(brokers[0]!.split(':')[1])
  await using _second = await startBroker({ directory, port })
  await sendUntilTaken(producer, message)
  await until(() => received >= 3)
  await consumer.disconnect()
  await producer.disconnect()
  rmSync(directory, { recursive: true })
})

test('a consumer that has something to commit disconnects from a cluster that is gone', async () => {
  const broker = await startBroker()
  const config = { brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING, requestTimeout: 600_000 }
  const kafka = new Kafka({ ...config, retry: { retries: 1, initialRetryTime: 50 } })
  const scene = { kafka, name: 'gone' }
  await withTopic(scene)
  await send(scene, ['v'])
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topic: scene.name, fromBeginning: true })
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachMessage: async () => {
        await broker.close()
        resolve()
      },
    })
  })
  await consumer.disconnect()
})

/** Whoever sends again after a failure may do so until the broker is found to be back. */
async function sendUntilTaken(producer: Producer, message: ProducerRecord): Promise<void> {
  for (;;) {
    const sent = await producer.send(message).catch(() => undefined)
    if (sent !== undefined) return
  }
}

test('a request that is not answered in time is told to those who listen', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const broker = `127.0.0.1:${(silent.address() as { port: number }).port}`
  const config = { brokers: [broker], clientId: 'told', logLevel: logLevel.NOTHING }
  const kafka = new Kafka({ ...config, requestTimeout: 50, retry: { retries: 0 } })
  for (const client of [kafka.producer(), kafka.consumer({ groupId: 'g' }), kafka.admin()]) {
    const told: RequestTimeoutEvent[] = []
    const on = client.on as (name: string, listener: (event: RequestTimeoutEvent) => void) => void
    on(client.events.REQUEST_TIMEOUT, (event) => void told.push(event))
    await rejects(client.connect(), /timed out|not answered/i)
    ok(told.length >= 1)
    const { type, payload } = told[0]!
    const { createdAt, sentAt, apiVersion, correlationId, ...rest } = payload
    equal(type, client.events.REQUEST_TIMEOUT)
    deepEqual(rest, { broker, clientId: 'told', apiKey: 18, apiName: 'ApiVersions', pendingDuration: 0 })
    ok([createdAt, sentAt, apiVersion, correlationId].every(Number.isInteger) && sentAt >= createdAt)
  }
  silent.close()
})

test('connections are made of the sockets that a factory gives', async () => {
  await using broker = await startBroker()
  const sockets: Socket[] = []
  const kafka = new Kafka({
    brokers: [broker.bootstrapServers],
    logLevel: logLevel.NOTHING,
    socketFactory: ({ host, port, ssl, onConnect }) => {
      equal(ssl, undefined)
      const socket = connect({ host, port }, onConnect)
      sockets.push(socket)
      return socket
    },
  })
  const scene = { kafka, name: 'sockets' }
  await withTopic(scene)
  await send(scene, ['through them'])
  const admin = kafka.admin()
  equal((await admin.fetchTopicOffsets('sockets'))[0]!.high, '1')
  await admin.disconnect()
  ok(sockets.length >= 3 && sockets.every((socket) => socket.destroyed))
})

test('log lines go to the creator that was given, at the level that was asked for', () => {
  const entries: LogEntry[] = []
  const kafka = new Kafka({
    brokers: ['x:1'],
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => void entries.push(entry),
  })
  const logger = kafka.consumer({ groupId: 'g' }).logger()
  logger.info('unheard')
  logger.warn('heard', { groupId: 'g' })
  logger.namespace('Part', logLevel.DEBUG).debug('heard too')
  deepEqual(
    entries.map(({ namespace, level, label, log }) => [namespace, level, label, log.message, log.groupId]),
    [
      ['Consumer', 2, 'WARN', 'heard', 'g'],
      ['Part', 5, 'DEBUG', 'heard too', undefined],
    ],
  )
})

test('partitioners put keys where kafkajs does', () => {
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({ partitionId, leader: 0 })) as never
  const placed = (create: () => (args: any) => number) => {
    const partition = create()
    return ['a', 'orders-1', 'naïve', 'x'.repeat(33)].map((key) =>
      partition({ topic: 't', partitionMetadata, message: { key, value: '' } }),
    )
  }
  // What kafkajs 2.2.4 gives.
  deepEqual(placed(Partitioners.DefaultPartitioner), expectedPlaces.byDefault)
  deepEqual(placed(Partitioners.LegacyPartitioner), expectedPlaces.legacy)
  const inTurn = Partitioners.DefaultPartitioner()
  const first = inTurn({ topic: 't', partitionMetadata, message: { value: 'v' } })
  equal(inTurn({ topic: 't', partitionMetadata, message: { value: 'v' } }), (first + 1) % 12)
})

const expectedPlaces = { byDefault: [4, 3, 9, 9], legacy: [7, 11, 10, 7] }

type Events = Consumer['events']
type EventOf<_K extends keyof Events> = { type: string; payload: any }

const eventOf = <K extends keyof Events>(consumer: Consumer, name: K): Promise<EventOf<K>> =>
  new Promise((resolve) => {
    const off = consumer.on(consumer.events[name], (event) => {
      off()
      resolve(event as EventOf<K>)
    })
  })

/** Disconnects when its test is over, however that ends. */
const reader = (consumer: Consumer): Consumer & AsyncDisposable =>
  Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.disconnect() })
