import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import {
  ErrorCode,
  getTelemetrySubscriptionsRequest,
  getTelemetrySubscriptionsResponse,
  offsetCommitRequest,
  offsetCommitResponse,
  pack,
  produceRequest,
  produceResponse,
  pushTelemetryRequest,
  pushTelemetryResponse,
} from '@ottla/protocol'
import { type Client, createClient } from '../client.ts'
import { FakeConsumerCluster } from '../consumer/testing/fake-consumer-cluster.ts'
import { FakeShareGroup } from '../consumer/testing/fake-share-group.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { type ReadMetric, readMetrics } from './testing/read-metrics.ts'

const intervalMs = 10_000
const prefix = 'org.apache.kafka.'

/** A cluster of two brokers that asks for metrics; the first partition of `t` is led by the first one. */
class Scene {
  readonly runtime = new SimulatedRuntime()
  readonly fake = new FakeConsumerCluster(this.runtime, 2)
  readonly topic = this.fake.createTopic('t', 2)
  readonly client: Client = createClient({ bootstrap: this.fake.bootstrap, runtime: this.runtime })
  readonly pushes: ReadMetric[][] = []
  pushError: number = ErrorCode.NONE

  constructor() {
    for (const broker of this.fake.brokers)
      broker
        .on(getTelemetrySubscriptionsRequest, getTelemetrySubscriptionsResponse, () => ({
          clientInstanceId: 'AAAAAAAAAAAAAAAAAAAABw',
          subscriptionId: 5,
          acceptedCompressionTypes: [0],
          pushIntervalMs: intervalMs,
          telemetryMaxBytes: 100_000,
          deltaTemporality: true,
          requestedMetrics: ['*'],
        }))
        .on(pushTelemetryRequest, pushTelemetryResponse, ({ metrics }) => {
          this.pushes.push(readMetrics(Buffer.from(metrics)))
          return { errorCode: this.pushError }
        })
  }

  /** Settles after the next push. */
  async nextPush(): Promise<void> {
    const before = this.pushes.length
    while (this.pushes.length === before) await this.runtime.sleep(100)
  }

  /** What the last push says. */
  pushed(name: string, of: { node?: string; group?: string } = {}): number | undefined {
    const found = this.pushes.at(-1)!.filter((each) => each.name === prefix + name)
    const [metric, ...more] = found.filter(
      ({ node, group }) =>
        (of.node === undefined || node === of.node) && (of.group === undefined || group === of.group),
    )
    equal(more.length, 0, `${name} is told once`)
    return metric?.value
  }

  about(name: string, ms: number, of: { node?: string; group?: string } = {}): void {
    const value = this.pushed(name, of)
    ok(value !== undefined && value >= ms && value < ms + 25, `${name} is ${value} ms, and should be about ${ms}`)
  }

  write(partition: number): void {
    this.topic.partitions[partition]!.log.append(pack([{ timestamp: 1, value: Buffer.from('v') }]).bytes)
  }
}

function play(what: string, act: (scene: Scene) => Promise<void>): void {
  test(what, () => {
    const scene = new Scene()
    return scene.runtime.run(async () => {
      await scene.fake.start()
      await act(scene)
      await scene.client.close()
    })
  })
}

play('a producer tells how long its requests and its batches took, since the last push', async (scene) => {
  const { runtime, fake, client } = scene
  const delays = [0, 100, 500]
  for (const { id } of fake.brokers)
    fake.brokers[id - 1]!.on(produceRequest, produceResponse, async (body) => {
      await runtime.sleep(delays[0]!)
      const throttleTimeMs = delays.shift() === 100 ? 60 : 0
      return { ...fake.produce(id, body), throttleTimeMs }
    })
  const producer = client.producer({ lingerMs: 200 })
  for (const partition of [0, 0, 1]) await producer.send({ topic: 't', partition, value: 'v' })
  await scene.nextPush()
  scene.about('producer.request.latency.avg', 200)
  scene.about('producer.request.latency.max', 500)
  scene.about('producer.node.request.latency.max', 100, { node: 'node-1' })
  scene.about('producer.node.request.latency.max', 500, { node: 'node-2' })
  scene.about('producer.record.queue.time.max', 200)
  scene.about('producer.record.queue.time.avg', 200)
  equal(scene.pushed('producer.produce.throttle.time.avg'), 20)
  equal(scene.pushed('producer.produce.throttle.time.max'), 60)

  delays.push(300)
  await producer.send({ topic: 't', partition: 0, value: 'v' })
  await scene.nextPush()
  scene.about('producer.request.latency.max', 300)
  scene.about('producer.request.latency.avg', 300)
  equal(scene.pushed('producer.produce.throttle.time.max'), 0)
  // Nothing was asked of it.
  equal(scene.pushed('producer.node.request.latency.max', { node: 'node-2' }), undefined)
})

play('a batch that is sent again was in the queue until it was sent first', async (scene) => {
  const { fake, client } = scene
  let refusals = 3
  fake.brokers[0]!.on(produceRequest, produceResponse, (body) => {
    if (refusals-- === 0) fake.produceFaults = { refused: 0, denied: 0 }
    return fake.produce(1, body)
  })
  fake.produceFaults = { refused: 1, denied: 0 }
  await client.producer({ lingerMs: 200 }).send({ topic: 't', partition: 0, value: 'v' })
  equal(client.metrics().producers?.batchesRetried, 1)
  await scene.nextPush()
  scene.about('producer.record.queue.time.max', 200)
})

play('what a broker has not taken is in the next push, the longest too', async (scene) => {
  const producer = scene.client.producer({ lingerMs: 200 })
  await producer.send({ topic: 't', partition: 0, value: 'v' })
  scene.pushError = ErrorCode.THROTTLING_QUOTA_EXCEEDED
  await scene.nextPush()
  scene.pushError = ErrorCode.NONE
  await producer.close()
  await scene.client.producer({ lingerMs: 100 }).send({ topic: 't', partition: 0, value: 'v' })
  await scene.nextPush()
  scene.about('producer.record.queue.time.max', 200)
  scene.about('producer.record.queue.time.avg', 150)
  await scene.nextPush()
  equal(scene.pushed('producer.record.queue.time.max'), undefined)
})

for (const groupProtocol of ['classic', 'consumer'] as const)
  play(`a consumer tells of its fetches, commits and rebalances: ${groupProtocol}`, async (scene) => {
    const { runtime, fake, client } = scene
    const coordinator = fake.brokers[0]!
    coordinator.on(offsetCommitRequest, offsetCommitResponse, async (body) => {
      await runtime.sleep(150)
      return groupProtocol === 'consumer' ? fake.assigning.commit(body) : fake.classic.commit(body)
    })
    const consumer = client.consumer({
      groupId: 'g',
      groupProtocol,
      topics: 't',
      fetchMaxWaitMs: 400,
      autoOffsetReset: 'earliest',
      autoCommit: false,
      onPartitionsAssigned: () => runtime.sleep(700),
    })
    while (consumer.metrics().rebalances === 0) await runtime.sleep(10)
    await consumer.commit([{ topic: 't', partition: 0, offset: 0 }])
    await scene.nextPush()
    const { rebalances, rebalanceMs } = consumer.metrics()
    equal(rebalances, 1)
    ok(rebalanceMs >= 700 && rebalanceMs < 4_000, `${rebalanceMs} ms`)
    const of = { group: 'g' }
    equal(scene.pushed('consumer.coordinator.rebalance.total', of), 1)
    for (const what of ['total', 'avg', 'max'])
      equal(scene.pushed(`consumer.coordinator.rebalance.latency.${what}`, of), rebalanceMs)
    scene.about('consumer.coordinator.commit.latency.avg', 150, of)
    scene.about('consumer.coordinator.commit.latency.max', 150, of)
    scene.about('consumer.fetch.manager.fetch.latency.max', 400, of)
    equal(scene.pushed('consumer.fetch.manager.fetch.throttle.time.max', of), 0)
    scene.about('consumer.node.request.latency.max', 400, { ...of, node: 'node-2' })
    equal(scene.pushed('consumer.coordinator.assigned.partitions', of), 2)
    equal(scene.pushed('consumer.last.poll.seconds.ago', of), undefined)

    await runtime.sleep(1_000)
    await consumer.close()
    await client.connect()
    await scene.nextPush()
    // What it has done until it was closed is told; that it is open, or asks for nothing, is not.
    scene.about('consumer.fetch.manager.fetch.latency.max', 400, of)
    equal(scene.pushed('consumer.coordinator.rebalance.latency.max', of), undefined)
    await scene.nextPush()
    equal(scene.pushed('consumer.fetch.manager.fetch.latency.max', of), undefined)
    equal(scene.pushed('consumer.poll.idle.ratio.avg', of), undefined)
  })

play('a consumer tells what part of the time the application waited for records', async (scene) => {
  const { runtime, client } = scene
  const consumer = client.consumer()
  await consumer.assign([{ topic: 't', partition: 0, offset: 0 }])
  await runtime.sleep(2_000)
  deepEqual([consumer.metrics().sincePollMs, consumer.metrics().waitedMs], [undefined, 0])
  const loop = consumer[Symbol.asyncIterator]()
  const first = loop.next()
  await runtime.sleep(1_000)
  equal(consumer.metrics().sincePollMs, 0)
  scene.write(0)
  await first
  const { waitedMs } = consumer.metrics()
  ok(waitedMs >= 1_000 && waitedMs < 1_600, `waited ${waitedMs} ms`)
  await runtime.sleep(3_000)
  deepEqual([consumer.metrics().sincePollMs, consumer.metrics().waitedMs], [3_000, waitedMs])
  await scene.nextPush()
  const { openMs, sincePollMs } = consumer.metrics()
  const ratio = scene.pushed('consumer.poll.idle.ratio.avg')!
  ok(Math.abs(ratio - waitedMs / openMs) < 0.02, `${ratio}`)
  ok(Math.abs(scene.pushed('consumer.last.poll.seconds.ago')! - sincePollMs! / 1000) < 1.2)
  const second = loop.next()
  await scene.nextPush()
  ok(scene.pushed('consumer.poll.idle.ratio.avg')! > 0.95)
  equal(scene.pushed('consumer.last.poll.seconds.ago'), 0)
  await consumer.close()
  await second
})

play('a run whose handlers are all at work does not wait for records', async (scene) => {
  const { runtime, client } = scene
  const consumer = client.consumer()
  await consumer.assign([{ topic: 't', partition: 0, offset: 0 }])
  scene.write(0)
  const running = consumer.run({ concurrency: 1, eachRecord: () => runtime.sleep(5_000) })
  await runtime.sleep(4_000)
  const { waitedMs } = consumer.metrics()
  ok(waitedMs < 500, `waited ${waitedMs} ms`)
  await runtime.sleep(4_000)
  ok(consumer.metrics().waitedMs > waitedMs + 2_000)
  await consumer.close()
  await running
})

play('a share consumer tells of its fetches', async (scene) => {
  new FakeShareGroup(scene.fake, scene.topic)
  const consumer = scene.client.shareConsumer({ groupId: 's', topics: 't', fetchMaxWaitMs: 300 })
  const running = consumer.run({ eachRecord: () => {} })
  await scene.nextPush()
  const of = { group: 's' }
  scene.about('consumer.share.fetch.manager.fetch.latency.max', 300, of)
  equal(scene.pushed('consumer.share.fetch.manager.fetch.throttle.time.max', of), 0)
  ok(scene.pushed('consumer.share.node.request.latency.max', { ...of, node: 'node-2' })! >= 300)
  await consumer.close()
  await running
})
