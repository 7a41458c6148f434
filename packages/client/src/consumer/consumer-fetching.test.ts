import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ErrorCode,
  fetchRequest,
  fetchResponse,
  findCoordinatorRequest,
  findCoordinatorResponse,
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
  pack,
} from '@ottla/protocol'
import type { FakeTopic } from '../testing/fake-cluster.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { Consumer, type TypedConsumerOptions } from './consumer.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import { FakeConsumerCluster } from './testing/fake-consumer-cluster.ts'

type Values = string[]

class Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeConsumerCluster
  readonly topic: FakeTopic

  constructor(brokerCount = 1, partitionCount = 1, runtime = new SimulatedRuntime()) {
    this.runtime = runtime
    this.fake = new FakeConsumerCluster(this.runtime, brokerCount)
    this.topic = this.fake.createTopic('t', partitionCount)
  }

  write(count: number, valueBytes = 2): void {
    for (let i = 0; i < count; i++) {
      const { log } = this.topic.partitions[0]!
      const value = Buffer.from(`v${log.records.length}`.padEnd(valueBytes))
      log.append(pack([{ timestamp: 1, key: null, value }]).bytes)
    }
  }

  consumer(options: TypedConsumerOptions<Buffer | null, Buffer | null> = {}): Consumer {
    const client = { bootstrap: this.fake.bootstrap, runtime: this.runtime, requestTimeoutMs: 2_000 }
    return new Consumer(client, { autoOffsetReset: 'earliest', ...options })
  }

  async assigned(options: TypedConsumerOptions<Buffer | null, Buffer | null> = {}): Promise<Consumer> {
    const consumer = this.consumer(options)
    await consumer.assign([{ topic: 't', partition: 0, offset: 0 }])
    return consumer
  }

  run(program: () => Promise<void>): Promise<void> {
    return this.runtime.run(async () => {
      await this.fake.start()
      await program()
    })
  }
}

const textOf = (record: ConsumerRecord) => String(record.value).trim()

async function take(consumer: Consumer, count: number): Promise<Values> {
  const values: Values = []
  for await (const record of consumer) if (values.push(textOf(record)) === count) break
  return values
}

test('records come from the replica that the leader names, and from the leader again when that one lags', () => {
  const scene = new Scene(2)
  const [leader, follower] = scene.fake.brokers
  const asked: number[] = []
  const real = [...scene.fake.fetches.values()]
  leader!.on(fetchRequest, fetchResponse, async (body) => {
    asked.push(1)
    if (asked.length > 1 && asked.at(-2) === 2) return real[0]!.fetch(body) as Promise<any>
    const partition = { partitionIndex: 0, highWatermark: 9, preferredReadReplica: 2, records: null }
    return { sessionId: 0, responses: [{ topicId: scene.topic.id, partitions: [partition] }] }
  })
  follower!.on(fetchRequest, fetchResponse, () => {
    asked.push(2)
    const partition = { partitionIndex: 0, errorCode: ErrorCode.OFFSET_OUT_OF_RANGE, records: null }
    return { sessionId: 0, responses: [{ topicId: scene.topic.id, partitions: [partition] }] }
  })
  return scene.run(async () => {
    scene.write(1)
    const consumer = await scene.assigned({ rackId: 'here' })
    assert.deepEqual(await take(consumer, 1), ['v0'])
    assert.deepEqual(asked.slice(0, 3), [1, 2, 1])
    await consumer.close()
  })
})

for (const [autoOffsetReset, outcome] of [
  ['earliest', 'goes on where the logs part'],
  ['none', 'is an error'],
] as const) {
  test(`when a new leader has cut the log, reading with autoOffsetReset ${autoOffsetReset} ${outcome}`, () => {
    const scene = new Scene(2)
    for (const broker of scene.fake.brokers) {
      broker.on(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, ({ topics }) => {
        assert.equal(topics[0]!.partitions[0]!.leaderEpoch, 0)
        return { topics: [{ topic: 't', partitions: [{ partition: 0, leaderEpoch: 0, endOffset: 3 }] }] }
      })
    }
    return scene.run(async () => {
      scene.write(5)
      const consumer = await scene.assigned({ autoOffsetReset })
      assert.equal((await take(consumer, 5)).length, 5)
      const { log } = scene.topic.partitions[0]!
      log.cutBatches(3)
      scene.fake.moveLeader(scene.topic, 0)
      scene.write(1)
      if (autoOffsetReset === 'none') await assert.rejects(take(consumer, 1), { name: 'OFFSET_OUT_OF_RANGE' })
      else assert.deepEqual(await take(consumer, 1), ['v3'])
      await consumer.close()
    })
  })
}

test('a damaged batch is named, and reading goes on behind it after a seek', () => {
  const scene = new Scene()
  return scene.run(async () => {
    scene.write(3)
    const { log } = scene.topic.partitions[0]!
    const damaged = Buffer.from(log.batches[1]!)
    damaged[damaged.length - 2]! ^= 1
    log.batches[1] = damaged
    const consumer = await scene.assigned({ fetchMaxBytes: 1 })
    assert.deepEqual(await take(consumer, 1), ['v0'])
    await assert.rejects(take(consumer, 1), { name: 'CORRUPT_MESSAGE', partition: 0, message: /offset 1.*seek past/ })
    consumer.seek({ topic: 't', partition: 0, offset: 2 })
    assert.deepEqual(await take(consumer, 1), ['v2'])
    await consumer.close()
  })
})

test('what is fetched ahead is bounded in bytes, and reading takes all in their order', () => {
  const scene = new Scene()
  let servedBytes = 0
  const [fetches] = scene.fake.fetches.values()
  scene.fake.brokers[0]!.on(fetchRequest, fetchResponse, async (body) => {
    const answer = (await fetches!.fetch(body)) as any
    for (const { partitions } of answer.responses ?? []) servedBytes += partitions[0].records?.length ?? 0
    return answer
  })
  return scene.run(async () => {
    scene.write(200, 100)
    const consumer = await scene.assigned({ prefetchBytes: 2_000 })
    await scene.runtime.sleep(30_000)
    assert.ok(servedBytes > 0 && servedBytes < 3_000, `${servedBytes} bytes`)
    assert.deepEqual(
      await take(consumer, 200),
      Array.from({ length: 200 }, (_, i) => `v${i}`),
    )
    await consumer.close()
  })
})

test('a paused partition keeps its place, and others go on', () => {
  const scene = new Scene(1, 2)
  return scene.run(async () => {
    scene.write(3)
    scene.topic.partitions[1]!.log.append(pack([{ timestamp: 1, value: Buffer.from('other') }]).bytes)
    const consumer = scene.consumer()
    await consumer.assign([0, 1].map((partition) => ({ topic: 't', partition })))
    consumer.pause([{ topic: 't', partition: 0 }])
    assert.deepEqual(await take(consumer, 1), ['other'])
    consumer.resume()
    assert.deepEqual(await take(consumer, 3), ['v0', 'v1', 'v2'])
    await consumer.close()
  })
})

test('a consumer waits for a cluster that is not there yet, and for a topic', () => {
  const scene = new Scene()
  scene.fake.topics.delete('t')
  return scene.run(async () => {
    await scene.fake.brokers[0]!.stop()
    const consumer = scene.consumer({ groupId: 'g', groupProtocol: 'classic', topics: 't' })
    const first = take(consumer, 1)
    await scene.runtime.sleep(20_000)
    await scene.fake.brokers[0]!.start()
    await scene.runtime.sleep(5_000)
    scene.fake.topics.set('t', scene.topic)
    scene.write(1)
    assert.deepEqual(await first, ['v0'])
    await consumer.close()
  })
})

test('a partition that is not in the cluster is an error after a while, and is read when it comes', () => {
  const scene = new Scene()
  scene.fake.topics.delete('t')
  return scene.run(async () => {
    scene.write(1)
    const consumer = await scene.assigned()
    await assert.rejects(take(consumer, 1), { name: 'UNKNOWN_TOPIC_OR_PARTITION', topic: 't', partition: 0 })
    await assert.rejects(take(consumer, 1), { name: 'UNKNOWN_TOPIC_OR_PARTITION' })
    scene.fake.topics.set('t', scene.topic)
    assert.deepEqual(await take(consumer, 1), ['v0'])
    await consumer.close()
  })
})

test('closing settles in its time though no broker answers', () => {
  const scene = new Scene()
  return scene.run(async () => {
    scene.write(3)
    const consumer = scene.consumer({ groupId: 'g', groupProtocol: 'classic', topics: 't' })
    await take(consumer, 2)
    await scene.fake.brokers[0]!.stop()
    scene.runtime.network.cutAll(scene.fake.brokers[0]!.address)
    const begin = scene.runtime.monotonic()
    await consumer.close({ timeoutMs: 3_000 })
    assert.ok(scene.runtime.monotonic() - begin <= 3_100)
  })
})

test('closing ends a loop that waits, and a loop that begins later is refused', () => {
  const scene = new Scene()
  return scene.run(async () => {
    const consumer = await scene.assigned()
    const waiting = take(consumer, 1)
    await scene.runtime.sleep(1_000)
    await consumer.close()
    assert.deepEqual(await waiting, [])
    await assert.rejects(take(consumer, 1), { name: 'CLIENT_CLOSED' })
  })
})

test('a group that this user may not read is an error of the loop', () => {
  const scene = new Scene()
  scene.fake.brokers[0]!.on(findCoordinatorRequest, findCoordinatorResponse, ({ coordinatorKeys }) => ({
    coordinators: coordinatorKeys.map((key) => ({ key, errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED })),
  }))
  return scene.run(async () => {
    for (const groupProtocol of ['classic', 'auto'] as const) {
      const consumer = scene.consumer({ groupId: 'g', groupProtocol, topics: 't' })
      await assert.rejects(take(consumer, 1), { name: 'GROUP_AUTHORIZATION_FAILED', group: 'g' })
      await consumer.close()
    }
  })
})

test('options that contradict one another are refused by name', () => {
  const scene = new Scene()
  assert.throws(() => scene.consumer({ topics: 't' }), { name: 'INVALID_ARGUMENT', message: /groupId/ })
  assert.throws(() => scene.consumer({ groupInstanceId: 'i' }), { name: 'INVALID_ARGUMENT', message: /groupId/ })
  assert.throws(() => scene.consumer({ groupId: 'g', sessionTimeoutMs: 100, heartbeatIntervalMs: 100 }), {
    message: /heartbeatIntervalMs/,
  })
})

test('records that are there already do not keep others from their turn, however they are handed out', () => {
  class BusyRuntime extends SimulatedRuntime {
    spentMs = 0
    override monotonic = () => super.monotonic() + this.spentMs
  }
  const runtime = new BusyRuntime()
  const scene = new Scene(1, 1, runtime)
  return scene.run(async () => {
    const records = Array.from({ length: 300 }, (_, i) => ({ timestamp: i, value: Buffer.from(`${i}`) }))
    scene.topic.partitions[0]!.log.append(pack(records).bytes)
    const ways: ((consumer: Consumer, work: () => boolean) => Promise<void>)[] = [
      async (consumer, work) => {
        for await (const _ of consumer) if (work()) break
      },
      async (consumer, work) => {
        const done = new AbortController()
        await consumer.run({ signal: done.signal, eachRecord: () => void (work() && done.abort()) })
      },
      async (consumer, work) => {
        const done = new AbortController()
        const eachRecord = () => void (work() && done.abort())
        await consumer.run({ signal: done.signal, orderedBy: 'key', concurrency: 4, eachRecord })
      },
    ]
    for (const way of ways) {
      const consumer = await scene.assigned()
      let seen = 0
      let turns = 0
      await way(consumer, () => {
        if (seen === 0) runtime.timer(0, () => turns++)
        runtime.spentMs++
        return ++seen === 300
      })
      assert.equal(seen, 300)
      assert.equal(turns, 1)
      await consumer.close()
    }
  })
})

test('a key that takes long holds the others up only after many records, and none is lost', () => {
  const scene = new Scene()
  const count = 110_000
  const records = Array.from({ length: count }, (_, i) => ({ timestamp: i, key: i === 0 ? Buffer.from('slow') : null }))
  const { log } = scene.topic.partitions[0]!
  for (let i = 0; i < count; i += 10_000) log.append(pack(records.slice(i, i + 10_000)).bytes)
  return scene.run(async () => {
    const consumer = await scene.assigned()
    const done = new AbortController()
    let goOn = () => {}
    let handled = 0
    const running = consumer.run({
      orderedBy: 'key',
      concurrency: 100,
      signal: done.signal,
      eachRecord: ({ offset }) => {
        if (++handled === count) done.abort()
        return offset === 0 ? new Promise<void>((resolve) => (goOn = resolve)) : undefined
      },
    })
    await scene.runtime.sleep(1_000)
    assert.ok(handled > 90_000 && handled <= 100_000, `${handled} are handled`)
    goOn()
    await running
    assert.equal(handled, count)
    await consumer.close()
  })
})
