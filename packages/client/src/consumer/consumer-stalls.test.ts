// Things that leave a consumer waiting where nothing would wake it, if it did not look again by itself.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { fetchRequest, fetchResponse, pack } from '@ottla/protocol'
import { FakeLog } from '../testing/fake-log.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { Consumer } from './consumer.ts'
import type { ConsumerOptions } from './consumer-options.ts'
import { FakeConsumerCluster } from './testing/fake-consumer-cluster.ts'
import { FakeFetches } from './testing/fake-fetches.ts'

interface Scene {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeConsumerCluster
  readonly seen: string[]
  readonly consumer: Consumer
  write(partition: number, ...values: string[]): void
  /** Fails when it takes more than this. */
  until(seen: readonly string[], withinMs: number): Promise<void>
}

async function play(options: ConsumerOptions, scene: (scene: Scene) => Promise<void>): Promise<void> {
  const runtime = new SimulatedRuntime()
  const fake = new FakeConsumerCluster(runtime, 2)
  const topic = fake.createTopic('t')
  const seen: string[] = []
  const write = (partition: number, ...values: string[]) => {
    const records = values.map((value) => ({ timestamp: 1, key: null, value: Buffer.from(value) }))
    topic.partitions[partition]!.log.append(pack(records).bytes)
  }
  const until = async (expected: readonly string[], withinMs: number) => {
    const endMs = runtime.monotonic() + withinMs
    while (seen.length < expected.length && runtime.monotonic() < endMs) await runtime.sleep(50)
    deepEqual([...seen].sort(), [...expected].sort())
  }
  await runtime.run(async () => {
    await fake.start()
    const client = { bootstrap: fake.bootstrap, runtime, metadataMaxAgeMs: 10_000 }
    const consumer = new Consumer(client, { autoOffsetReset: 'earliest', groupId: 'g', topics: 't', ...options })
    void consumer.run({ eachRecord: ({ value }) => void seen.push(String(value)) })
    await scene({ runtime, fake, seen, consumer, write, until })
    await consumer.close()
  })
}

for (const groupProtocol of ['classic', 'consumer'] as const) {
  test(`a ${groupProtocol} group goes on with a topic that was deleted and made anew`, () =>
    play({ groupProtocol }, async ({ runtime, fake, write, until }) => {
      write(0, 'a', 'b', 'c')
      await until(['a', 'b', 'c'], 30_000)
      const topic = fake.topics.get('t')!
      fake.topics.delete('t')
      await runtime.sleep(3_000)
      topic.id = Buffer.alloc(16, 'another id').toString('base64url')
      topic.partitions[0] = { leader: 2, leaderEpoch: 0, log: new FakeLog() }
      fake.topics.set('t', topic)
      write(0, 'd')
      await until(['a', 'b', 'c', 'd'], 60_000)
    }))

  test(`a ${groupProtocol} group reads partitions that are added`, () =>
    play({ groupProtocol }, async ({ fake, write, until }) => {
      write(0, 'a')
      await until(['a'], 30_000)
      fake.topics.get('t')!.partitions.push({ leader: 1, leaderEpoch: 0, log: new FakeLog() })
      write(1, 'b')
      await until(['a', 'b'], 60_000)
    }))

  test(`a ${groupProtocol} group whose coordinator is away for ten minutes goes on when it comes back`, () =>
    play({ groupProtocol }, async ({ runtime, fake, write, until }) => {
      write(0, 'a')
      await until(['a'], 30_000)
      // What was processed is committed before: it would come again otherwise.
      await runtime.sleep(6_000)
      fake.loseCoordinator(600_000)
      await runtime.sleep(600_000)
      write(0, 'b')
      await until(['a', 'b'], 60_000)
    }))
}

test('a handler that never ends holds up neither close nor the membership', () =>
  play({ groupProtocol: 'classic', sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 }, async (scene) => {
    const { runtime, fake, write } = scene
    await scene.consumer.close()
    const client = { bootstrap: fake.bootstrap, runtime }
    const options = { groupId: 'other', topics: 't', autoOffsetReset: 'earliest', groupProtocol: 'classic' } as const
    const consumer = new Consumer(client, options)
    let begun = 0
    void consumer.run({
      eachRecord: () => {
        begun++
        return new Promise(() => {})
      },
    })
    write(0, 'a', 'b')
    while (begun === 0) await runtime.sleep(50)
    await runtime.sleep(120_000)
    equal(consumer.assignment.length, 1)
    const beganMs = runtime.monotonic()
    await consumer.close({ timeoutMs: 3_000 })
    ok(runtime.monotonic() - beganMs < 3_100)
    equal(begun, 1)
  }))

test('a consumer reads from the replica that it is sent to, and from the leader when that is gone (KIP-392)', () =>
  play({ rackId: 'near' }, async ({ runtime, fake, write, until }) => {
    const [leader, near] = fake.brokers
    const ofLeader = fake.fetches.get(leader!.id)!
    const served = { leader: 0, near: 0 }
    near!.on(fetchRequest, fetchResponse, async (body) => {
      served.near++
      return (await new FakeFetches(fake, leader!.id).fetch({ ...body, sessionEpoch: 0 })) as any
    })
    leader!.on(fetchRequest, fetchResponse, async (body) => {
      const answer: any = await ofLeader.fetch(body)
      if (body.rackId !== 'near' || !near!.isUp) {
        served.leader++
        return answer
      }
      const partitions = [{ partitionIndex: 0, preferredReadReplica: near!.id, records: Buffer.alloc(0) }]
      const { topicId } = [...fake.topics.values()].map(({ id }) => ({ topicId: id }))[0]!
      return { ...answer, responses: [{ topic: 't', topicId, partitions }] }
    })
    write(0, 'a', 'b')
    await until(['a', 'b'], 30_000)
    ok(served.near > 0)
    equal(served.leader, 0)
    await near!.stop()
    runtime.network.cutAll(near!.address)
    write(0, 'c')
    await until(['a', 'b', 'c'], 30_000)
    ok(served.leader > 0)
  }))
