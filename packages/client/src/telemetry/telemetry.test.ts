import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import {
  compression,
  ErrorCode,
  type GetTelemetrySubscriptionsResponse,
  getTelemetrySubscriptionsRequest,
  getTelemetrySubscriptionsResponse,
  type PushTelemetryRequest,
  pushTelemetryRequest,
  pushTelemetryResponse,
  zeroUuid,
} from '@ottla/protocol'
import { type Client, createClient } from '../client.ts'
import type { ClientOptions } from '../connection/client-options.ts'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { type ReadMetric, readMetrics } from './testing/read-metrics.ts'

// Loading it takes real time, during which the simulated clock would go on.
await compression('gzip')

const intervalMs = 10_000
const id = 'AAAAAAAAAAAAAAAAAAAABw'

interface Push extends PushTelemetryRequest {
  readonly atMs: number
}

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeCluster
  readonly client: Client
  /** When it was asked for subscriptions, and by which id. */
  readonly asked: { readonly atMs: number; readonly id: string }[]
  readonly pushes: Push[]
  /** What the broker answers from now on. */
  readonly subscription: {
    -readonly [K in keyof GetTelemetrySubscriptionsResponse]?: GetTelemetrySubscriptionsResponse[K]
  }
  pushError: number
  /** Leaves pushes unanswered. */
  isMute: boolean
}

/** A cluster that asks for metrics, and a client that has sent one record. */
function play(what: string, act: (scene: Scene) => Promise<void>, options: Partial<ClientOptions> = {}): void {
  test(what, () => {
    const runtime = new SimulatedRuntime()
    const fake = new FakeCluster(runtime)
    return runtime.run(async () => {
      const scene: Scene = {
        runtime,
        fake,
        client: createClient({ bootstrap: fake.bootstrap, runtime, ...options }),
        asked: [],
        pushes: [],
        subscription: {
          subscriptionId: 5,
          acceptedCompressionTypes: [4, 1],
          pushIntervalMs: intervalMs,
          telemetryMaxBytes: 100_000,
          deltaTemporality: true,
          requestedMetrics: ['*'],
        },
        pushError: 0,
        isMute: false,
      }
      serve(scene)
      await fake.start()
      fake.createTopic('t')
      await scene.client.producer().send({ topic: 't', value: 'v' })
      await act(scene)
      await scene.client.close()
    })
  })
}

function serve(scene: Scene): void {
  const { runtime, fake, asked, pushes } = scene
  fake.brokers[0]!.on(getTelemetrySubscriptionsRequest, getTelemetrySubscriptionsResponse, ({ clientInstanceId }) => {
    asked.push({ atMs: runtime.monotonic(), id: clientInstanceId })
    return { ...scene.subscription, clientInstanceId: clientInstanceId === zeroUuid ? id : clientInstanceId }
  }).on(pushTelemetryRequest, pushTelemetryResponse, (body) => {
    pushes.push({ ...body, atMs: runtime.monotonic() })
    return scene.isMute ? undefined : { errorCode: scene.pushError }
  })
}

const read = ({ compressionType, metrics }: Push): ReadMetric[] => {
  equal(compressionType, 1)
  return readMetrics(gunzipSync(metrics))
}
const pushed = (push: Push, name: string) => read(push).find((each) => each.name === name)?.value
const sent = 'org.apache.kafka.producer.record.send.total'

play('a delta counts from the last push that was taken', async ({ runtime, client, asked, pushes }) => {
  await runtime.sleep(intervalMs * 1.6)
  deepEqual([asked.length, asked[0]?.id, pushes.length], [1, zeroUuid, 1])
  const [first] = pushes as [Push]
  ok(first.atMs >= intervalMs / 2 && first.atMs <= intervalMs * 1.5 + 100, `pushed at ${first.atMs}`)
  deepEqual([first.clientInstanceId, first.subscriptionId, first.terminating], [id, 5, false])
  await client.producer().sendBatch([
    { topic: 't', value: 'v' },
    { topic: 't', value: 'v' },
  ])
  await runtime.sleep(intervalMs * 2)
  deepEqual(
    pushes.map((push) => pushed(push, sent)),
    [1, 2, 0],
  )
  const [, second, third] = pushes as [Push, Push, Push]
  const [metric] = read(third).filter(({ name }) => name === sent)
  equal(metric?.sum, 'delta')
  ok(Math.abs(metric!.atMs - metric!.sinceMs! - intervalMs) < 50)
  ok(Math.abs(third.atMs - second.atMs - intervalMs) < 50)
  const rate = 2000 / (second.atMs - first.atMs)
  ok(Math.abs(pushed(second, 'org.apache.kafka.producer.record.send.rate')! - rate) < 0.002, `a rate near ${rate}`)
  equal(pushed(second, 'org.apache.kafka.producer.connection.count'), client.metrics().connections.open)
})

play(
  'a sum that is asked for as a whole counts from the beginning; only what is asked for is pushed',
  async (scene) => {
    scene.subscription.deltaTemporality = false
    scene.subscription.requestedMetrics = ['org.apache.kafka.producer.record.', 'org.apache.kafka.consumer.']
    scene.subscription.subscriptionId = 6
    await reSubscribe(scene)
    await scene.runtime.sleep(intervalMs * 3)
    const push = scene.pushes.at(-1)!
    equal(push.subscriptionId, 6)
    equal(pushed(push, sent), 1)
    const records = ['error.rate', 'error.total', 'send.rate', 'send.total']
    deepEqual(
      read(push)
        .map(({ name }) => name)
        .sort(),
      records.map((name) => `org.apache.kafka.producer.record.${name}`),
    )
    equal(read(push).find(({ name }) => name === sent)?.sum, 'cumulative')
  },
)

async function reSubscribe(scene: Scene): Promise<void> {
  scene.pushError = ErrorCode.UNKNOWN_SUBSCRIPTION_ID
  await scene.runtime.sleep(intervalMs * 1.5 + 100)
  scene.pushError = 0
  scene.pushes.length = 0
}

play('a subscription that is outdated is asked for anew at once, with the id of before', async (scene) => {
  await reSubscribe(scene)
  const [, again] = scene.asked
  equal(again?.id, id)
  equal(await scene.client.admin().clientInstanceId(), id)
  equal(await scene.client.admin().clientInstanceId(), id)
  equal(scene.asked.filter((each) => each.id === zeroUuid).length, 1)
  await scene.runtime.sleep(intervalMs * 1.6)
  // What the broker did not take is in the next delta.
  equal(pushed(scene.pushes[0]!, sent), 1)
})

play('after a failure it waits an interval and asks anew', async (scene) => {
  scene.pushError = ErrorCode.THROTTLING_QUOTA_EXCEEDED
  await scene.runtime.sleep(intervalMs * 2.5 + 100)
  const [push] = scene.pushes as [Push]
  const again = scene.asked[1]!.atMs
  ok(Math.abs(again - push.atMs - intervalMs) < 50, `asked ${again - push.atMs} ms later`)
})

play('a refusal for good is the end of it, also for the last push', async (scene) => {
  scene.pushError = ErrorCode.INVALID_RECORD
  await scene.runtime.sleep(intervalMs * 20)
  await scene.client.close()
  deepEqual([scene.asked.length, scene.pushes.length], [1, 1])
})

play('the last push says so, counts what the close has sent, and is the last', async (scene) => {
  const { client, pushes, runtime } = scene
  await runtime.sleep(intervalMs * 1.6)
  const late = client.producer({ lingerMs: 1_000 }).send({ topic: 't', value: 'v' })
  await client.close()
  await late
  deepEqual(
    pushes.map(({ terminating }) => terminating),
    [false, true],
  )
  equal(pushed(pushes[1]!, sent), 1)
  await runtime.sleep(intervalMs * 3)
  equal(pushes.length, 2)
})

play('a broker that does not answer holds up the close by a second at most', async (scene) => {
  await scene.runtime.sleep(1_000)
  scene.isMute = true
  const began = scene.runtime.monotonic()
  await scene.client.close()
  const took = scene.runtime.monotonic() - began
  ok(took > 900 && took < 1_100, `${took} ms`)
  equal(scene.pushes[0]?.terminating, true)
})

play('where no metrics are asked for none are pushed; it asks again after the interval', async (scene) => {
  scene.subscription.requestedMetrics = []
  await reSubscribe(scene)
  await scene.runtime.sleep(intervalMs * 5)
  ok(scene.asked.length >= 6)
  await scene.client.close()
  equal(scene.pushes.length, 0)
})

play('what is larger than the broker takes stays here', async (scene) => {
  scene.subscription.telemetryMaxBytes = 50
  await reSubscribe(scene)
  await scene.runtime.sleep(intervalMs * 5)
  equal(scene.pushes.length, 0)
})

play(
  'a client that is told not to push does not ask either',
  async (scene) => {
    await scene.runtime.sleep(intervalMs * 3)
    await scene.client.close()
    equal(scene.asked.length + scene.pushes.length, 0)
  },
  { enableMetricsPush: false },
)

test('a client of consumers alone pushes on their connections and opens none; their groups are named', () => {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  return runtime.run(async () => {
    const scene = {
      runtime,
      fake,
      client: createClient({ bootstrap: fake.bootstrap, runtime }),
      asked: [],
      pushes: [] as Push[],
      subscription: {
        acceptedCompressionTypes: [1],
        pushIntervalMs: intervalMs,
        telemetryMaxBytes: 9_999,
        requestedMetrics: [''],
      },
      pushError: 0,
      isMute: false,
    }
    serve(scene)
    await fake.start()
    fake.createTopic('t')
    const consumer = scene.client.consumer()
    await consumer.assign([{ topic: 't', partition: 0, offset: 0 }])
    await runtime.sleep(intervalMs * 1.6)
    const { connections, consumers } = scene.client.metrics()
    deepEqual([connections.opened, scene.pushes.length], [0, 1])
    const opened = consumers[0]!.connections.opened
    equal(pushed(scene.pushes[0]!, 'org.apache.kafka.consumer.connection.creation.total'), opened)
    await scene.client.close()
    equal(scene.pushes.at(-1)?.terminating, true)
    equal(scene.client.metrics().consumers[0]!.connections.opened, opened)
  })
})

test('where brokers take no metrics, nothing is asked and no timer is set', () => {
  const runtime = new SimulatedRuntime()
  const fake = new FakeCluster(runtime)
  return runtime.run(async () => {
    await fake.start()
    const client = createClient({ bootstrap: fake.bootstrap, runtime })
    await client.connect()
    await runtime.sleep(intervalMs * 100)
    await client.close()
    deepEqual(fake.brokers[0]!.seen, ['ApiVersions'])
  })
})
