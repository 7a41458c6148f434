import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { initProducerIdRequest, metadataRequest, produceRequest } from '@ottla/protocol'
import { Cluster } from '../connection/cluster.ts'
import type { OttlaError } from '../ottla-error.ts'
import { FakeCluster, type FakeTopic } from '../testing/fake-cluster.ts'
import { noFaults } from '../testing/simulated-network.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { Producer } from './producer.ts'
import type { RecordMetadata } from './record.ts'

/*
 * Producers among faults. Of each seed, the run is always the same: OTTLA_CLIENT_SEED=42 repeats one,
 * OTTLA_CLIENT_SEEDS says how many are run.
 */
const only = process.env.OTTLA_CLIENT_SEED
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.OTTLA_CLIENT_SEEDS ?? 60) }, (_, seed) => seed)
    : [Number(only)]

interface Sent {
  readonly key: string
  readonly value: string
  readonly metadata: RecordMetadata | undefined
  readonly failure?: { readonly error: OttlaError; readonly afterMs: number }
}

const keys = 10
const troubleMs = 10_000
const deliveryTimeoutMs = 40_000

/** Sends records of a few keys, each numbered, until the trouble is over; every send settles in its time. */
async function sendAmongFaults(runtime: SimulatedRuntime, producer: Producer): Promise<Sent[]> {
  const sending: Promise<Sent>[] = []
  for (let number = 0; runtime.monotonic() < troubleMs + 1_000; number++) {
    const key = `key ${runtime.chance.integer(keys)}`
    const value = `${key} ${String(number).padStart(6, '0')}`
    const begin = runtime.monotonic()
    sending.push(
      producer.send({ topic: 't', key, value }).then(
        (metadata) => ({ key, value, metadata }),
        (error) => ({ key, value, metadata: undefined, failure: { error, afterMs: runtime.monotonic() - begin } }),
      ),
    )
    if (runtime.chance.happens(0.3)) await runtime.sleep(runtime.chance.next() * 200)
  }
  return Promise.all(sending)
}

async function makeTrouble(runtime: SimulatedRuntime, fake: FakeCluster, topic: FakeTopic): Promise<void> {
  const { chance, network } = runtime
  network.faults = { cut: 0.02 * chance.next(), late: 0.2 * chance.next(), lateMs: 2_000, refused: 0.2 * chance.next() }
  for (const broker of fake.brokers) broker.answerFaults = { lost: 0.02 * chance.next(), twice: 0.01 * chance.next() }
  while (runtime.monotonic() < troubleMs) {
    await runtime.sleep(chance.next() * 2_000)
    const broker = fake.brokers[chance.integer(fake.brokers.length)]!
    switch (chance.integer(5)) {
      case 0:
        fake.moveLeader(topic, chance.integer(topic.partitions.length))
        break
      case 1:
        network.cutAll(broker.address)
        break
      case 2:
        await broker.stop()
        network.cutAll(broker.address)
        await runtime.sleep(chance.next() * 3_000)
        await broker.start()
        break
      case 3:
        // An upgrade, or the way back.
        broker.speak(produceRequest, [3, 8 + chance.integer(6)]).speak(metadataRequest, [0, 9 + chance.integer(5)])
        broker.speak(initProducerIdRequest, [0, 2 + chance.integer(3)])
        network.cutAll(broker.address)
    }
  }
  network.faults = noFaults
  for (const broker of fake.brokers) broker.answerFaults = { lost: 0, twice: 0 }
}

/** Nothing lost that was acknowledged, nothing twice, each where its send said, each key in its order. */
function check(sent: readonly Sent[], topic: FakeTopic): void {
  const written = topic.partitions.flatMap(({ log }) => log.records.map((record) => record.value))
  equal(new Set(written).size, written.length, 'a record is there twice')
  for (const { value, metadata, failure } of sent) {
    if (failure !== undefined) {
      equal(failure.error.name, 'DELIVERY_TIMEOUT', `${value}: ${failure.error.message}`)
      ok(failure.afterMs < deliveryTimeoutMs + 1_000, `${value} took too long to fail`)
    }
    if (metadata === undefined) continue
    const { partition, offset } = metadata
    equal(
      topic.partitions[partition]!.log.records[offset]?.value,
      value,
      'an acknowledged record is where it should be',
    )
  }
  for (const { log } of topic.partitions)
    for (let key = 0; key < keys; key++) {
      const ofKey = log.records.filter((record) => record.key === `key ${key}`).map((record) => record.value)
      equal(ofKey.join(), [...ofKey].sort().join(), 'a key is out of order')
    }
}

test(`among faults nothing acknowledged is lost, nothing is written twice, keys keep their order (${seeds.length} seeds)`, async () => {
  let acknowledged = 0
  for (const seed of seeds) {
    try {
      const runtime = new SimulatedRuntime(seed)
      const fake = new FakeCluster(runtime, 3)
      const topic = fake.createTopic('t', 4)
      await runtime.run(async () => {
        await fake.start()
        const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, requestTimeoutMs: 3_000 })
        const producer = new Producer(cluster, { deliveryTimeoutMs, batchBytes: 300 + runtime.chance.integer(2_000) })
        const [sent] = await Promise.all([sendAmongFaults(runtime, producer), makeTrouble(runtime, fake, topic)])
        await producer.close()
        cluster.close()
        check(sent, topic)
        acknowledged += sent.filter(({ metadata }) => metadata !== undefined).length
      })
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
  ok(acknowledged > seeds.length * 50, 'most records get through')
})
