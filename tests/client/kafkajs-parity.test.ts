// The same program with kafkajs and with the drop-in, against Ottla: what it observes must be the same.
import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as dropIn from '@ottla/client/kafkajs'
import type * as kafkajs from 'kafkajs'
import theirs from 'kafkajs'
import { startBroker } from 'ottla'

type Library = typeof theirs

/** Gives what the program has observed, without what differs from run to run. */
type Program = (kafka: kafkajs.Kafka, library: Library) => Promise<unknown>

process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'

const programs = new Map<string, Program>()
const sameWithBoth = (what: string, program: Program) => programs.set(what, program)

async function observed(program: Program, library: Library): Promise<unknown> {
  await using broker = await startBroker()
  const config = { brokers: [broker.bootstrapServers], clientId: 'parity', logLevel: library.logLevel.NOTHING }
  return await program(new library.Kafka(config), library)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}

/** What a call gives, or how it fails. */
async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    const { name, message, retriable, type, code, cause } = error as kafkajs.KafkaJSProtocolError
    return { name, message, retriable, type, code, ...namedCause(cause as Error | undefined) }
  }
}

/** The drop-in's says what to do. */
const withoutMessage = (failure: unknown) => ({ ...(failure as object), message: undefined })

/** That of errors with which a broker has answered; the drop-in tells others, too. */
const namedCause = (cause: { name: string; type?: string } | undefined) =>
  cause?.type === undefined ? {} : { cause: [cause.name, cause.type] }

const topic = 'parity'

async function create(kafka: kafkajs.Kafka, numPartitions = 1): Promise<kafkajs.Admin> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions }] })
  return admin
}

async function send(kafka: kafkajs.Kafka, messages: kafkajs.Message[]): Promise<kafkajs.RecordMetadata[]> {
  const producer = kafka.producer()
  await producer.connect()
  const sent = await producer.send({ topic, messages })
  await producer.disconnect()
  return sent
}

/** Of those that always come, and once. */
const steadyEvents = /connect|group_join|batch_process|commit_offsets|stop|crash/

sameWithBoth('messages, their places, and the events around them', async (kafka) => {
  const admin = await create(kafka, 3)
  const messages = ['a', 'b', 'c', 'd', 'e'].map((key, i) => ({
    key,
    value: i === 4 ? null : `value ${i}`,
    headers: { one: '1', more: ['2', Buffer.from('3')] },
    timestamp: String(1_700_000_000_000 + i),
  }))
  const sent = await send(kafka, messages)
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  const events: string[] = []
  for (const name of Object.values(consumer.events))
    if (steadyEvents.test(name)) consumer.on(name, ({ type }) => void events.push(type))
  const batches: unknown[] = []
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { duration, ...payload } }) => void batches.push(payload))
  const joins: unknown[] = []
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const { memberAssignment, groupProtocol, isLeader, groupId } = payload
    joins.push({ memberAssignment, groupProtocol, isLeader, groupId, keys: Object.keys(payload).sort() })
  })
  const received: unknown[] = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ topic, partition, message: { key, value, headers, timestamp, offset, attributes } }) => {
      received.push({ topic, partition, key, value, headers: { ...headers }, timestamp, offset, attributes })
    },
  })
  await until(() => received.length === messages.length)
  await until(() => events.filter((name) => name === 'consumer.commit_offsets').length === batches.length)
  const offsets = await admin.fetchOffsets({ groupId: 'g', topics: [topic] })
  await consumer.disconnect()
  await admin.disconnect()
  const sorted = (list: unknown[]) => list.map((each) => JSON.stringify(each)).sort()
  return { sent: sorted(sent), received: sorted(received), batches: sorted(batches), joins, events, offsets }
})

sameWithBoth('eachBatch, its tools, and a handler that fails', async (kafka) => {
  const admin = await create(kafka)
  await send(
    kafka,
    Array.from({ length: 6 }, (_, i) => ({ value: String(i) })),
  )
  const observed: unknown[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100, retry: { initialRetryTime: 20, retries: 3 } })
  const commits: unknown[] = []
  consumer.on(
    consumer.events.COMMIT_OFFSETS,
    ({ payload: { groupId, topics } }) => void commits.push({ groupId, topics }),
  )
  await consumer.subscribe({ topic, fromBeginning: true })
  let calls = 0
  await consumer.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset, uncommittedOffsets, commitOffsetsIfNecessary, isRunning, isStale }) => {
      calls++
      const tool = {
        lag: batch.offsetLag(),
        low: batch.offsetLagLow(),
        first: batch.firstOffset(),
        last: batch.lastOffset(),
      }
      observed.push({ ...tool, values: batch.messages.map(({ value }) => String(value)), empty: batch.isEmpty() })
      resolveOffset(batch.messages[0]!.offset)
      observed.push(uncommittedOffsets(), isRunning(), isStale())
      if (calls === 2) throw new Error('once')
      if (calls === 3) await commitOffsetsIfNecessary(uncommittedOffsets())
    },
  })
  await until(() => calls === 6 && commits.length === 6)
  const offsets = await admin.fetchOffsets({ groupId: 'g', topics: [topic] })
  await consumer.disconnect()
  await admin.disconnect()
  return { observed, commits, offsets }
})

sameWithBoth('crashes, their errors, and whether the consumer begins again', async (kafka, library) => {
  const admin = await create(kafka)
  await send(kafka, [{ value: 'x' }])
  const crashes: unknown[] = []
  const run = async (groupId: string, error: Error, restartOnFailure?: () => Promise<boolean>) => {
    const retry = { initialRetryTime: 20, retries: 1, ...(restartOnFailure && { restartOnFailure }) }
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, retry })
    let crashCount = 0
    const events: string[] = []
    for (const name of Object.values(consumer.events))
      if (/connect|stop|crash/.test(name)) consumer.on(name, ({ type }) => void events.push(type))
    consumer.on(consumer.events.CRASH, ({ payload: { error: crash, restart, groupId } }) => {
      crashCount++
      const { name, message, retriable, cause, retryCount } = crash as kafkajs.KafkaJSNumberOfRetriesExceeded
      crashes.push({ name, message, retriable, cause: cause?.message, retryCount, restart, groupId })
    })
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async () => {
        throw error
      },
    })
    await until(() => crashCount === 1)
    await consumer.disconnect()
    crashes.push(events.slice(0, 4))
  }
  await run('retriable', new Error('fails'), async () => false)
  await run('bug', new TypeError('a bug'))
  await run('for good', new library.KafkaJSNonRetriableError('never again'))
  await admin.disconnect()
  return crashes
})

sameWithBoth('seek, pause, resume, stop and run again', async (kafka) => {
  const admin = await create(kafka, 2)
  await send(
    kafka,
    [0, 0, 0, 1].map((partition, i) => ({ partition, value: String(i) })),
  )
  const seen: string[] = []
  const paused: unknown[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topic, fromBeginning: true })
  const eachMessage: kafkajs.EachMessageHandler = async ({ partition, message }) =>
    void seen.push(`${partition}:${message.value}`)
  void consumer.run({ eachMessage })
  consumer.pause([{ topic, partitions: [1] }])
  consumer.seek({ topic, partition: 0, offset: '1' })
  await until(() => seen.length === 2)
  paused.push(consumer.paused())
  consumer.resume([{ topic }])
  await until(() => seen.length === 3)
  paused.push(consumer.paused())
  await consumer.stop()
  await send(kafka, [{ partition: 0, value: 'later' }])
  await consumer.run({ eachMessage })
  await until(() => seen.length === 4)
  await consumer.disconnect()
  const offsets = await admin.fetchOffsets({ groupId: 'g', topics: [topic] })
  await admin.disconnect()
  return { seen, paused, offsets }
})

/** A group that was never joined has no protocol: kafkajs joins to set offsets, and the drop-in does not. */
async function joinOnce(kafka: kafkajs.Kafka, groupId: string): Promise<void> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topic })
  await consumer.run({ eachMessage: async () => {} })
  await consumer.disconnect()
}

sameWithBoth('how the offsets of groups are set', async (kafka) => {
  const admin = await create(kafka, 2)
  await send(
    kafka,
    [0, 0, 1].map((partition, i) => ({ partition, value: String(i) })),
  )
  const groups = ['set', 'earliest', 'latest', 'committed nothing', 'at the beginning']
  for (const groupId of groups) await joinOnce(kafka, groupId)
  const { brokers } = await admin.describeCluster()
  const prepared = new dropIn.Kafka({
    brokers: brokers.map(({ host, port }) => `${host}:${port}`),
    logLevel: 0,
  }).admin()
  await prepared.resetOffsets({ groupId: 'at the beginning', topic, earliest: true })
  await prepared.disconnect()
  // At a time, for kafkajs takes five seconds for each.
  const apart = async (change: (each: kafkajs.Admin) => Promise<unknown>) => {
    const own = kafka.admin()
    const changed = await outcome(() => change(own))
    await own.disconnect()
    return changed
  }
  const resolved = { topics: [topic], resolveOffsets: true }
  const outcomes = await Promise.all([
    apart((each) => each.setOffsets({ groupId: 'set', topic, partitions: [{ partition: 0, offset: '1' }] })),
    apart((each) => each.resetOffsets({ groupId: 'earliest', topic, earliest: true })),
    apart((each) => each.resetOffsets({ groupId: 'latest', topic, earliest: false })),
    apart((each) => each.fetchOffsets({ groupId: 'committed nothing', ...resolved })),
    apart((each) => each.fetchOffsets({ groupId: 'at the beginning', ...resolved })),
  ])
  const offsets: unknown[] = []
  for (const groupId of groups) offsets.push(await outcome(() => admin.fetchOffsets({ groupId, topics: [topic] })))
  await admin.disconnect()
  return JSON.parse(JSON.stringify([outcomes, offsets], sortedKeys))
})

sameWithBoth('what the admin says of a topic that is not there, and that it does not create it', async (kafka) => {
  const admin = kafka.admin({ retry: { retries: 0 } })
  await admin.connect()
  const partitions = [{ partition: 0, offset: '0' }]
  const observed = [
    await outcome(() => admin.fetchTopicMetadata({ topics: [topic] })),
    await outcome(() => admin.fetchTopicOffsets(topic)),
    await outcome(() => admin.fetchTopicOffsetsByTimestamp(topic, 0)),
    await outcome(() => admin.fetchOffsets({ groupId: 'g', topics: [topic] })),
    await outcome(() => admin.resetOffsets({ groupId: 'g', topic, earliest: true })),
    await outcome(() => admin.deleteTopicRecords({ topic, partitions })),
    await outcome(() => admin.deleteTopics({ topics: [topic] })),
    await outcome(() => admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })),
    await outcome(() => admin.listTopics()),
  ]
  await admin.disconnect()
  return observed
})

sameWithBoth('a codec of the program, and what it is called with', async (kafka, { CompressionCodecs }) => {
  await (await create(kafka)).disconnect()
  const calls: unknown[] = []
  const counted = (work: (bytes: Buffer) => Buffer) => async (bytes: Buffer) => {
    calls.push(bytes.toString('latin1'))
    return work(bytes)
  }
  const packed = counted((bytes) => gzipSync(bytes))
  const compress = ({ buffer }: { buffer: Buffer }) => packed(buffer)
  CompressionCodecs[1] = () => ({ compress, decompress: counted((bytes) => gunzipSync(bytes)) })
  const producer = kafka.producer()
  await producer.connect()
  const timestamp = '1700000000000'
  const messages = ['a', 'b'].map((value) => ({ key: value, value, timestamp }))
  const sent = await producer.send({ topic, compression: 1, messages })
  await producer.disconnect()
  const seen: unknown[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
  await until(() => seen.length === 2)
  await consumer.disconnect()
  return { sent, calls, seen }
})

sameWithBoth('a consumer without topics', async (kafka) => {
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100, heartbeatInterval: 50 })
  const joins: unknown[] = []
  let beats = 0
  consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment, groupProtocol, isLeader } }) => {
    joins.push({ memberAssignment, groupProtocol, isLeader })
  })
  consumer.on(consumer.events.HEARTBEAT, () => void beats++)
  await consumer.run({ eachMessage: async () => {} })
  await until(() => beats >= 2)
  const { state, members } = await consumer.describeGroup()
  await consumer.disconnect()
  return { joins, state, members: members.length }
})

sameWithBoth('handlers that pause, throw, seek and go back', async (kafka) => {
  const admin = await create(kafka)
  await send(
    kafka,
    Array.from({ length: 6 }, (_, i) => ({ value: String(i) })),
  )
  const observed: unknown[] = []
  const config = { maxWaitTimeInMs: 100, retry: { initialRetryTime: 20, retries: 8 } }

  const paused = kafka.consumer({ groupId: 'pauses', ...config })
  const seen: string[] = []
  await paused.subscribe({ topic, fromBeginning: true })
  await paused.run({
    eachMessage: async ({ message, pause }) => {
      seen.push(String(message.value))
      if (seen.length !== 3) return
      setTimeout(pause(), 200)
      throw new Error('not now')
    },
  })
  await until(() => seen.length === 7)
  await paused.disconnect()
  observed.push(seen, await admin.fetchOffsets({ groupId: 'pauses', topics: [topic] }))

  const sought = kafka.consumer({ groupId: 'seeks', ...config })
  const places: string[] = []
  await sought.subscribe({ topic, fromBeginning: true })
  await sought.run({
    eachMessage: async ({ message }) => {
      places.push(message.offset)
      if (places.length === 3) sought.seek({ topic, partition: 0, offset: '1' })
      if (places.length === 6) sought.seek({ topic, partition: 0, offset: '5' })
    },
  })
  await until(() => places.length === 7)
  await sought.disconnect()
  observed.push(places, await admin.fetchOffsets({ groupId: 'seeks', topics: [topic] }))

  const stale = kafka.consumer({ groupId: 'stale', ...config })
  const batches: unknown[] = []
  await stale.subscribe({ topic, fromBeginning: true })
  await stale.run({
    autoCommit: false,
    eachBatch: async ({ batch, resolveOffset, isStale }) => {
      resolveOffset(batch.messages[0]!.offset)
      if (batches.length === 0) stale.seek({ topic, partition: 0, offset: 4 as never })
      batches.push([batch.firstOffset(), batch.lastOffset(), isStale()])
    },
  })
  await until(() => batches.length === 2)
  await stale.disconnect()
  observed.push(batches, await admin.fetchOffsets({ groupId: 'stale', topics: [topic] }))

  const back = kafka.consumer({ groupId: 'back', ...config })
  const firsts: unknown[] = []
  await back.subscribe({ topic, fromBeginning: true })
  await back.run({
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset }) => {
      firsts.push([batch.firstOffset(), batch.messages.length])
      // Nothing, the half, a step back, all.
      if (firsts.length === 2) resolveOffset('2')
      if (firsts.length === 3) resolveOffset('0')
      if (firsts.length > 3) resolveOffset(batch.lastOffset())
    },
  })
  await until(() => firsts.length === 4)
  await back.disconnect()
  observed.push(firsts, await admin.fetchOffsets({ groupId: 'back', topics: [topic] }))
  await admin.disconnect()
  return observed
})

sameWithBoth('several topics at a time, with keys of several kinds and partitions of their own', async (kafka) => {
  const admin = await create(kafka, 3)
  await admin.createTopics({ topics: [{ topic: 'other', numPartitions: 2 }] })
  const producer = kafka.producer()
  await producer.connect()
  const sent = await producer.sendBatch({
    topicMessages: [
      {
        topic,
        messages: [
          { key: 'a', value: 'x' },
          { key: Buffer.from('b'), value: Buffer.from('y') },
        ],
      },
      { topic: 'other', messages: [{ value: '', partition: 1, headers: { empty: '' } }] },
      { topic, messages: [{ key: null, value: 'z', partition: 2 }] },
    ],
  })
  await producer.disconnect()
  const seen: unknown[] = []
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  await consumer.subscribe({ topics: [/^(parity|oth.*)$/], fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: 3,
    eachMessage: async ({ topic, partition, message: { key, value, headers } }) => {
      seen.push([topic, partition, key?.toString() ?? null, value?.toString(), { ...headers }])
    },
  })
  await until(() => seen.length === 4)
  await consumer.disconnect()
  await admin.disconnect()
  return JSON.parse(JSON.stringify([sent, seen], sortedKeys))
})

sameWithBoth('what events carry', async (kafka) => {
  const admin = await create(kafka)
  const producer = kafka.producer()
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100, heartbeatInterval: 50 })
  const shapes = new Map<string, string>()
  const note = ({ type, payload }: { type: string; payload: object | null }) => {
    shapes.set(
      type,
      Object.entries(payload ?? {})
        .map(([key, value]) => `${key}: ${typeof value}`)
        .sort()
        .join(),
    )
  }
  for (const client of [admin, producer, consumer]) {
    const on = client.on as (name: string, listener: typeof note) => void
    for (const name of Object.values(client.events)) if (!/queue_size/.test(name)) on(name, note)
  }
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'x' }] })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const second = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  await consumer.run({ eachMessage: async () => {} })
  await until(() => shapes.has('consumer.commit_offsets') && shapes.has('consumer.heartbeat'))
  await second.subscribe({ topic })
  await second.run({ eachMessage: async () => {} })
  await until(() => shapes.has('consumer.rebalancing'))
  for (const client of [producer, second, consumer, admin]) await client.disconnect()
  return [...shapes].sort()
})

sameWithBoth('how clients refuse what they are called with', async (kafka, { Kafka }) => {
  await (await create(kafka)).disconnect()
  const now = (work: () => unknown) => outcome(async () => void (await work()))
  const consumer = kafka.consumer({ groupId: 'g', maxWaitTimeInMs: 100 })
  const early = [
    await now(() => kafka.consumer({} as never)),
    await now(() => kafka.consumer({ groupId: 'g', sessionTimeout: 10, heartbeatInterval: 10 })),
    await now(() => consumer.subscribe({} as never)),
    await now(() => consumer.subscribe({ topic: 7 as never })),
    await now(() => consumer.subscribe({ topics: 'x' as never })),
    await now(() => consumer.seek({ topic, partition: 0, offset: '0' })),
    await now(() => consumer.pause([{ topic }])),
    await now(() => consumer.resume([{ topic }])),
    await now(() => consumer.commitOffsets([{ topic, partition: 0, offset: '0' }])),
    await now(() => consumer.on('nothing' as never, () => {})),
    await now(() => new Kafka({ brokers: [], logLevel: 0, retry: { retries: 0 } }).admin().connect()),
    await now(() => new Kafka({ brokers: [7 as never], logLevel: 0, retry: { retries: 0 } }).admin().connect()),
    await now(() => new Kafka({ brokers: null as never, logLevel: 0, retry: { retries: 0 } }).admin().connect()),
    consumer.paused(),
  ]
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({ eachMessage: async () => {} })
  const running = [
    await now(() => consumer.subscribe({ topic })),
    await now(() => consumer.seek({ topic: '', partition: 0, offset: '0' })),
    await now(() => consumer.seek({ topic, partition: 'a' as never, offset: '0' })),
    await now(() => consumer.seek({ topic, partition: 0, offset: 'a' })),
    await now(() => consumer.seek({ topic, partition: 0, offset: '-7' })),
    await now(() => consumer.pause([{} as never])),
    await now(() => consumer.pause([{ topic, partitions: ['x' as never] }])),
    await now(() => consumer.resume([{ topic: '' }])),
    await now(() => consumer.commitOffsets([{ topic, partition: 0, offset: '-1' }])),
    await now(() => consumer.commitOffsets([{ topic, partition: 0, offset: '0', metadata: 7 as never }])),
    await now(() => consumer.commitOffsets([{ topic: '', partition: 0, offset: '0' }])),
    await now(() => consumer.commitOffsets([])),
    await now(() => consumer.run({ eachMessage: async () => {} })),
  ]
  await consumer.disconnect()
  return [early, running]
})

sameWithBoth('what the admin answers', async (kafka) => {
  const admin = await create(kafka, 2)
  await send(
    kafka,
    [0, 0, 1].map((partition, i) => ({ partition, value: String(i), timestamp: String(1_000 + i) })),
  )
  await joinOnce(kafka, 'g')
  const entries = [{ name: 'retention.ms', value: '1234' }]
  const resources = [{ type: 2, name: topic, configNames: ['retention.ms', 'cleanup.policy'] }]
  const observed = [
    await outcome(() => admin.createTopics({ topics: [{ topic }] })),
    await outcome(() => admin.listTopics()),
    await outcome(() => admin.fetchTopicOffsets(topic)),
    await outcome(() => admin.fetchTopicOffsetsByTimestamp(topic, 1_001)),
    await outcome(() =>
      admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries: entries }] }),
    ),
    await outcome(() => admin.describeConfigs({ includeSynonyms: false, resources })),
    await outcome(() => admin.fetchOffsets({ groupId: 'g', topics: [topic] })),
    await outcome(async () => (await admin.listGroups()).groups),
    await outcome(() => admin.describeGroups(['g'])),
    await outcome(() => admin.deleteGroups(['g'])),
    await outcome(() => admin.deleteGroups(['g'])),
    await outcome(() => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] })),
    await outcome(() => admin.fetchTopicOffsets(topic)),
    await outcome(() => admin.fetchTopicMetadata({ topics: [topic] })),
    await outcome(() => admin.createTopics({ topics: 'x' as never })),
    await outcome(() => admin.createPartitions({ topicPartitions: [{ topic, count: 1 }] })),
    await outcome(() =>
      admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 77 as never, name: topic }] }),
    ),
    await outcome(() => admin.deleteTopics({ topics: [topic] })),
  ]
  await admin.disconnect()
  return JSON.parse(JSON.stringify(observed, sortedKeys))
})

sameWithBoth('how a producer refuses', async (kafka) => {
  const producer = kafka.producer({ retry: { retries: 0 } })
  const small = 'small'
  const admin = kafka.admin()
  await admin.createTopics({
    topics: [{ topic: small, configEntries: [{ name: 'max.message.bytes', value: '100' }] }],
  })
  await admin.disconnect()
  const early = await outcome(() => producer.send({ topic, messages: [{ value: 'x' }] }))
  await producer.connect()
  const observed = [
    await outcome(() => producer.send({ topic: null as never, messages: [] })),
    await outcome(() => producer.send({ topic, messages: null as never })),
    await outcome(() => producer.send({ topic, messages: [{ key: 'k' } as never] })),
    await outcome(() => producer.send({ topic: 'not a topic', messages: [{ value: 'x' }] })),
    await outcome(() => producer.send({ topic, acks: 0, messages: [{ value: 'x' }] })),
    await outcome(() => producer.sendBatch({ topicMessages: [] })),
    await outcome(() => producer.transaction()),
    withoutMessage(await outcome(() => producer.send({ topic: small, messages: [{ value: 'x'.repeat(200) }] }))),
  ]
  await producer.disconnect()
  return [early, ...observed]
})

/** kafkajs keeps the order of the broker's answer, which is nobody's promise. */
const sortedKeys = (_key: string, value: unknown): unknown =>
  Array.isArray(value) && value.every((each) => typeof each === 'object')
    ? [...value].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value

describe('with kafkajs and with the drop-in', { concurrency: true }, () => {
  for (const [what, program] of programs)
    test(what, async () => {
      const [expected, actual] = await Promise.all([
        observed(program, theirs),
        observed(program, dropIn as unknown as Library),
      ])
      deepEqual(actual, expected)
    })
})
