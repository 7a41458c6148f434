import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { Cluster } from '../../connection/cluster.ts'
import { FakeCluster, type FakeTopic } from '../../testing/fake-cluster.ts'
import { FakeTransactions } from '../../testing/fake-transactions.ts'
import { noFaults } from '../../testing/simulated-network.ts'
import { SimulatedRuntime } from '../../testing/simulated-runtime.ts'
import { Producer } from '../producer.ts'

/*
 * A transactional producer among faults, with either version of the protocol. OTTLA_CLIENT_SEED=42 repeats a seed,
 * OTTLA_CLIENT_SEEDS says how many are run.
 */
const only = process.env.OTTLA_CLIENT_SEED
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.OTTLA_CLIENT_SEEDS ?? 20) }, (_, seed) => seed)
    : [Number(only)]

const troubleMs = 8_000
const deliveryTimeoutMs = 30_000

interface Played {
  readonly number: number
  readonly count: number
  readonly offset: number
  readonly end: 'committed' | 'thrown' | 'failed'
}

class ChangedMind extends Error {}

async function playTransactions(runtime: SimulatedRuntime, producer: Producer): Promise<Played[]> {
  const { chance } = runtime
  const played: Played[] = []
  for (let number = 0; runtime.monotonic() < troubleMs + 2_000; number++) {
    const count = 1 + chance.integer(12)
    const willThrow = chance.happens(0.2)
    const begin = runtime.monotonic()
    const end = await producer
      .transaction(async (tx) => {
        const sent = Array.from({ length: count }, (_, i) =>
          tx.send({ topic: 't', key: `k${chance.integer(20)}`, value: `${number}/${i}` }),
        )
        if (chance.happens(0.5)) await Promise.all(sent)
        if (chance.happens(0.5)) await tx.sendOffsets([{ topic: 's', partition: 0, offset: number }], 'g')
        if (willThrow) throw new ChangedMind()
      })
      .then(
        () => 'committed' as const,
        (error) => {
          ok(
            ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'].includes(error.name) === false,
            `${number}: ${error.message}`,
          )
          return error instanceof ChangedMind ? ('thrown' as const) : ('failed' as const)
        },
      )
    ok(runtime.monotonic() - begin < 4 * deliveryTimeoutMs, `transaction ${number} took too long`)
    played.push({ number, count, offset: number, end })
    if (chance.happens(0.2)) await runtime.sleep(chance.next() * 300)
  }
  return played
}

async function makeTrouble(
  runtime: SimulatedRuntime,
  fake: FakeCluster,
  transactions: FakeTransactions,
): Promise<void> {
  const { chance, network } = runtime
  const topic = fake.topics.get('t')!
  network.faults = { cut: 0.02 * chance.next(), late: 0.1 * chance.next(), lateMs: 500, refused: 0.1 * chance.next() }
  for (const broker of fake.brokers) broker.answerFaults = { lost: 0.02 * chance.next(), twice: 0.01 * chance.next() }
  while (runtime.monotonic() < troubleMs) {
    await runtime.sleep(chance.next() * 1_500)
    const broker = fake.brokers[chance.integer(fake.brokers.length)]!
    switch (chance.integer(3)) {
      case 0:
        fake.moveLeader(topic, chance.integer(topic.partitions.length))
        break
      case 1:
        transactions.coordinator = broker.id
        break
      case 2:
        await broker.stop()
        network.cutAll(broker.address)
        await runtime.sleep(chance.next() * 2_000)
        await broker.start()
    }
  }
  network.faults = noFaults
  for (const broker of fake.brokers) broker.answerFaults = { lost: 0, twice: 0 }
}

/** All of a transaction, once, or nothing of it; and all of it, if it was said to be committed. */
function check(played: readonly Played[], topic: FakeTopic): void {
  const visible = topic.partitions
    .flatMap(({ log }) => log.records)
    .filter((record) => record.transaction?.outcome === 'committed')
    .map((record) => record.value)
  equal(new Set(visible).size, visible.length, 'a record is seen twice')
  for (const { number, count, end } of played) {
    const seen = visible.filter((value) => value.startsWith(`${number}/`)).length
    if (end === 'committed') equal(seen, count, `transaction ${number} is not complete`)
    else if (end === 'thrown') equal(seen, 0, `transaction ${number} was aborted`)
    else ok(seen === 0 || seen === count, `${seen} of ${count} records of transaction ${number} are seen`)
  }
}

for (const version of [1, 2])
  test(`among faults a transaction is seen as a whole or not at all (version ${version}, ${seeds.length} seeds)`, async () => {
    let committed = 0
    for (const seed of seeds) {
      try {
        const runtime = new SimulatedRuntime(seed)
        const fake = new FakeCluster(runtime, 3)
        const topic = fake.createTopic('t', 4)
        const transactions = new FakeTransactions(fake, version === 2)
        await runtime.run(async () => {
          await fake.start()
          const cluster = new Cluster({ bootstrap: fake.bootstrap, runtime, requestTimeoutMs: 2_000 })
          const producer = new Producer(cluster, { transactionalId: 'x', deliveryTimeoutMs, batchBytes: 400 })
          const [played] = await Promise.all([
            playTransactions(runtime, producer),
            makeTrouble(runtime, fake, transactions),
          ])
          await producer.close()
          cluster.close()
          check(played, topic)
          committed += played.filter(({ end }) => end === 'committed').length
        })
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
      }
    }
    ok(committed > seeds.length * 10, `only ${committed} were committed`)
  })
