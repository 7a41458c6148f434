import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { ErrorCode, produceRequest, produceResponse } from '@ottla/protocol'
import { Cluster } from '../connection/cluster.ts'
import type { OttlaError } from '../ottla-error.ts'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { speakLikeKafka28 } from '../testing/kafka-2.8.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import type { SendMessage } from './diagnostics.ts'
import { Producer } from './producer.ts'
import type { ProducerOptions } from './producer-options.ts'

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeCluster
  readonly cluster: Cluster
  readonly producer: Producer
}

/** Plays a scene with one broker and the topic `t`; then all must be closed without a rest. */
async function play(
  options: ProducerOptions & { partitions?: number; brokers?: number },
  scene: (scene: Scene) => Promise<void>,
): Promise<void> {
  const { partitions = 1, brokers = 1, ...producerOptions } = options
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime, brokers)
  fake.createTopic('t', partitions)
  await runtime.run(async () => {
    await fake.start()
    const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime })
    const producer = new Producer(cluster, producerOptions)
    await scene({ runtime, fake, cluster, producer })
    await producer.close()
    cluster.close()
  })
}

const valuesOf = (fake: FakeCluster, partition = 0) =>
  fake.topics.get('t')!.partitions[partition]!.log.records.map((record) => record.value)

test('a record that was sent is at the place that send gives', () =>
  play({}, async ({ producer, fake, runtime }) => {
    const sent = await producer.send({ topic: 't', key: 'k', value: 'v' })
    deepEqual(sent, { topic: 't', partition: 0, offset: 0, timestamp: sent.timestamp })
    ok(sent.timestamp <= runtime.now())
    deepEqual(fake.topics.get('t')!.partitions[0]!.log.records, [{ key: 'k', value: 'v' }])
  }))

test('records of one tick travel in one batch, whoever sends them', () =>
  play({}, async ({ producer, fake }) => {
    await producer.send({ topic: 't', value: 'first' })
    const loops = Array.from({ length: 50 }, async (_, i) => {
      for (let round = 0; round < 3; round++) await producer.send({ topic: 't', value: `${i}/${round}` })
    })
    await Promise.all(loops)
    equal(fake.topics.get('t')!.partitions[0]!.log.batches.length, 1 + 3)
  }))

test('records wait for others for lingerMs', () =>
  play({ lingerMs: 10 }, async ({ producer, fake, runtime }) => {
    const sent = [producer.send({ topic: 't', value: 'a' })]
    await runtime.sleep(5)
    sent.push(producer.send({ topic: 't', value: 'b' }))
    await Promise.all(sent)
    equal(fake.topics.get('t')!.partitions[0]!.log.batches.length, 1)
  }))

test('several batches of a partition are in flight at a time, up to five, and stay in order', () =>
  play({ batchBytes: 200 }, async ({ producer, fake, runtime }) => {
    const broker = fake.brokers[0]!
    let answered = 0
    let mostInFlight = 0
    broker.on(produceRequest, produceResponse, async (body) => {
      await runtime.sleep(5)
      const sent = broker.seen.filter((name) => name === 'Produce').length
      mostInFlight = Math.max(mostInFlight, sent - answered++)
      return fake.produce(broker.id, body)
    })
    const values = Array.from({ length: 100 }, (_, i) => `value ${i}`)
    await producer.sendBatch(values.map((value) => ({ topic: 't', value })))
    deepEqual(valuesOf(fake), values)
    equal(mostInFlight, 5)
  }))

test('a partition that moved is written to at its new leader', () =>
  play({ brokers: 3 }, async ({ producer, fake }) => {
    await producer.send({ topic: 't', value: 'a' })
    fake.moveLeader(fake.topics.get('t')!, 0)
    await producer.send({ topic: 't', value: 'b' })
    deepEqual(valuesOf(fake), ['a', 'b'])
  }))

test('a leader that does not lead yet is asked again after a pause, though it names itself', () =>
  play({}, async ({ producer, fake, runtime }) => {
    const broker = fake.brokers[0]!
    let asked = 0
    broker.on(produceRequest, produceResponse, (body) => {
      asked++
      if (runtime.monotonic() > 500) return fake.produce(broker.id, body)
      const currentLeader = { leaderId: broker.id, leaderEpoch: 0 }
      const partitionResponses = [{ index: 0, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, currentLeader }]
      const nodeEndpoints = [{ nodeId: broker.id, ...broker.address, rack: null }]
      return { responses: [{ ...body.topicData[0]!, partitionResponses }], nodeEndpoints }
    })
    await producer.send({ topic: 't', value: 'a' })
    ok(asked > 1 && asked < 10, `${asked} requests`)
    deepEqual(valuesOf(fake), ['a'])
  }))

test('a batch whose answer was lost is not written again', () =>
  play({}, async ({ producer, fake, runtime }) => {
    const broker = fake.brokers[0]!
    let isFirst = true
    broker.on(produceRequest, produceResponse, (body) => {
      const answer = fake.produce(broker.id, body)
      if (!isFirst) return answer
      isFirst = false
      runtime.network.cutAll(broker.address)
      return undefined
    })
    const sent = await producer.send({ topic: 't', value: 'once' })
    equal(sent.offset, 0)
    deepEqual(valuesOf(fake), ['once'])
  }))

test('a batch that is too large for the broker is split, and its records keep their order', () =>
  play({}, async ({ producer, fake }) => {
    fake.topics.get('t')!.partitions[0]!.log.maxBatchBytes = 300
    const values = Array.from({ length: 64 }, (_, i) => `a value of some length, number ${i}`)
    const sent = await producer.sendBatch(values.map((value) => ({ topic: 't', value, headers: { n: 'x' } })))
    deepEqual(valuesOf(fake), values)
    deepEqual(
      sent.map(({ offset }) => offset),
      values.map((_, i) => i),
    )
  }))

test('a record that is too large fails alone, and those after it are written', () =>
  play({}, async ({ producer, fake }) => {
    fake.topics.get('t')!.partitions[0]!.log.maxBatchBytes = 300
    const tooLarge = producer.send({ topic: 't', value: 'x'.repeat(1000) })
    const small = producer.send({ topic: 't', value: 'small' })
    await rejects(tooLarge, { name: 'MESSAGE_TOO_LARGE', topic: 't', partition: 0, retriable: false })
    equal((await small).offset, 0)
    await producer.send({ topic: 't', value: 'later' })
    deepEqual(valuesOf(fake), ['small', 'later'])
  }))

test('a broker that lost acknowledged records is not passed over in silence', () =>
  play({}, async ({ producer, fake }) => {
    await producer.send({ topic: 't', value: 'a' })
    const broker = fake.brokers[0]!
    let isFirst = true
    broker.on(produceRequest, produceResponse, (body) => {
      if (!isFirst) return fake.produce(broker.id, body)
      isFirst = false
      const errorCode = ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
      return { responses: [{ ...body.topicData[0]!, partitionResponses: [{ index: 0, errorCode, baseOffset: -1 }] }] }
    })
    await rejects(producer.send({ topic: 't', value: 'b' }), { name: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
    await producer.send({ topic: 't', value: 'c' })
    deepEqual(valuesOf(fake), ['a', 'c'])
  }))

test('a send settles within the delivery timeout, whatever the brokers do', () =>
  play({ deliveryTimeoutMs: 5_000 }, async ({ producer, fake, runtime }) => {
    await producer.send({ topic: 't', value: 'a' })
    fake.brokers[0]!.on(produceRequest, produceResponse, () => undefined)
    const begin = runtime.monotonic()
    const error = (await producer.send({ topic: 't', value: 'b' }).catch((e) => e)) as OttlaError
    equal(error.name, 'DELIVERY_TIMEOUT')
    ok(runtime.monotonic() - begin < 5_100)
  }))

test('a topic that stays unknown fails the send in time and says so', () =>
  play({ topicTimeoutMs: 2_000 }, async ({ producer, runtime }) => {
    await rejects(producer.send({ topic: 'other', value: 'a' }), {
      name: 'UNKNOWN_TOPIC_OR_PARTITION',
      topic: 'other',
    })
    ok(runtime.monotonic() < 2_200)
  }))

test('records that were sent before their topic was known keep their order', () =>
  play({}, async ({ producer, fake, runtime }) => {
    const sent = ['a', 'b', 'c'].map((value) => producer.send({ topic: 'late', value }))
    await runtime.sleep(500)
    fake.createTopic('late')
    const offsets = (await Promise.all(sent)).map(({ offset }) => offset)
    deepEqual(offsets, [0, 1, 2])
  }))

test('when memory is full, records wait, and are sent in their order', () =>
  play({ bufferBytes: 500, batchBytes: 200 }, async ({ producer, fake }) => {
    const values = Array.from({ length: 200 }, (_, i) => `value ${i}`)
    await Promise.all(values.map((value) => producer.send({ topic: 't', value })))
    deepEqual(valuesOf(fake), values)
  }))

test('records whose topic is not known yet count against the memory', () =>
  play({ bufferBytes: 2_000 }, async ({ producer, fake, runtime }) => {
    const values = Array.from({ length: 200 }, (_, i) => `value ${i}`)
    const sent = Promise.all(values.map((value) => producer.send({ topic: 'late', value })))
    await runtime.sleep(500)
    const { bufferedBytes } = producer.metrics()
    ok(bufferedBytes > 1_000 && bufferedBytes < 2_100, `${bufferedBytes} bytes are held`)
    const { log } = fake.createTopic('late').partitions[0]!
    await sent
    deepEqual(
      log.records.map((record) => record.value),
      values,
    )
    equal(producer.metrics().bufferedBytes, 0)
  }))

test('a stream holds its writer back while its topic is not known', () =>
  play({ bufferBytes: 8_000 }, async ({ producer, fake, runtime }) => {
    const stream = producer.writable()
    let written = 0
    const writing = (async () => {
      for (; written < 5_000; written++)
        if (!stream.write({ topic: 'late', value: `${written}` }))
          await new Promise((resolve) => stream.once('drain', resolve))
    })()
    await runtime.sleep(500)
    ok(written < 3_000, `${written} records were taken`)
    const { log } = fake.createTopic('late').partitions[0]!
    await writing
    await new Promise((resolve) => stream.end(resolve))
    equal(log.records.length, 5_000)
  }))

test('flush settles when all that was sent has', () =>
  play({ lingerMs: 60_000 }, async ({ producer, fake, runtime }) => {
    const sent = producer.send({ topic: 't', value: 'a' })
    await producer.flush()
    deepEqual(valuesOf(fake), ['a'])
    await sent
    ok(runtime.monotonic() < 1_000)
  }))

test('after close nothing is taken, and everything before it was sent', () =>
  play({ lingerMs: 1_000 }, async ({ producer, fake }) => {
    const sent = producer.send({ topic: 't', value: 'a' })
    await producer.close()
    await sent
    deepEqual(valuesOf(fake), ['a'])
    await rejects(producer.send({ topic: 't', value: 'b' }), { name: 'CLIENT_CLOSED' })
  }))

test('a client that is closed settles what is under way', () =>
  play({}, async ({ producer, cluster, fake }) => {
    fake.brokers[0]!.on(produceRequest, produceResponse, () => undefined)
    const sent = producer.send({ topic: 't', value: 'a' })
    const unknown = producer.send({ topic: 'nowhere', value: 'a' })
    await producer.send({ topic: 't', value: 5 as never }).catch(() => {})
    cluster.close()
    await rejects(sent, { name: 'CLIENT_CLOSED' })
    await rejects(unknown, { name: 'CLIENT_CLOSED' })
  }))

test('without acks a record is sent and nothing is awaited', () =>
  play({ acks: 0 }, async ({ producer, fake, runtime }) => {
    equal((await producer.send({ topic: 't', value: 'a' })).offset, -1)
    await runtime.sleep(10)
    deepEqual(valuesOf(fake), ['a'])
  }))

test("brokers of Kafka 2.8 are spoken to in their versions, by topics' names", () =>
  play({}, async ({ producer, fake }) => {
    const broker = fake.brokers[0]!
    const used: number[] = []
    broker.on(produceRequest, produceResponse, (body, { version }) => {
      used.push(version)
      equal(body.topicData[0]!.name, 't')
      return fake.produce(broker.id, body)
    })
    speakLikeKafka28(broker)
    equal((await producer.send({ topic: 't', value: 'a' })).offset, 0)
    deepEqual(valuesOf(fake), ['a'])
    deepEqual(used, [9])
  }))

test('a broker that is too old for a request is named in the error', () =>
  play({}, async ({ producer, fake }) => {
    fake.brokers[0]!.speak(produceRequest, [0, 2])
    await rejects(producer.send({ topic: 't', value: 'a' }), { name: 'UNSUPPORTED_VERSION', broker: 'broker-1:9092' })
  }))

test('a stream takes records and ends when all are delivered', () =>
  play({}, async ({ producer, fake }) => {
    const stream = producer.writable()
    for (let i = 0; i < 10; i++) stream.write({ topic: 't', value: `${i}` })
    await new Promise((done) => stream.end(done))
    equal(valuesOf(fake).length, 10)
  }))

test('a custom partitioner decides, and may leave it to the key', () =>
  play({ partitions: 4, partitioner: ({ value }) => (value === 'last' ? 3 : undefined) }, async ({ producer }) => {
    equal((await producer.send({ topic: 't', key: 'k', value: 'last' })).partition, 3)
    const byKey = await producer.send({ topic: 't', key: 'k', value: 'x' })
    equal((await producer.send({ topic: 't', key: 'k', value: 'y' })).partition, byKey.partition)
  }))

test('whoever listens sees records on their way, and may add to them', () =>
  play({}, async ({ producer, fake }) => {
    const heard: string[] = []
    const listener = {
      start(message: SendMessage) {
        heard.push('begins')
        message.records = message.records.map((record) => ({ ...record, headers: { trace: '1' } }))
      },
      end() {},
      asyncStart() {},
      asyncEnd: () => void heard.push('ends'),
      error() {},
    }
    const channel = tracingChannel<string, SendMessage>('ottla:producer:send')
    channel.subscribe(listener as never)
    await producer.send({ topic: 't', value: 'a' })
    channel.unsubscribe(listener as never)
    await producer.send({ topic: 't', value: 'b' })
    deepEqual(heard, ['begins', 'ends'])
    const [batch] = fake.topics.get('t')!.partitions[0]!.log.batches
    ok(batch!.includes('trace'))
    const { bytesDelivered, ...metrics } = producer.metrics()
    ok(bytesDelivered > 0)
    deepEqual(metrics, {
      recordsDelivered: 2,
      recordsFailed: 0,
      requests: 2,
      batchesDelivered: 2,
      batchesRetried: 0,
      batchesSplit: 0,
      bufferedBytes: 0,
    })
  }))
