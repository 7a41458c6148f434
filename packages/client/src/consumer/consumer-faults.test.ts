import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  fetchRequest,
  findCoordinatorRequest,
  joinGroupRequest,
  listOffsetsRequest,
  offsetCommitRequest,
  offsetFetchRequest,
  pack,
} from '@ottla/protocol'
import type { FakeTopic } from '../testing/fake-cluster.ts'
import { noFaults } from '../testing/simulated-network.ts'
import { SimulatedRuntime } from '../testing/simulated-runtime.ts'
import { rangeAssignor } from './assignor/range.ts'
import { Consumer } from './consumer.ts'
import type { ConsumerRecord } from './consumer-record.ts'
import { FakeConsumerCluster } from './testing/fake-consumer-cluster.ts'

/*
 * Consumers of a group among faults. Of each seed, the run is always the same: OTTLA_CLIENT_SEED=42 repeats one,
 * OTTLA_CLIENT_SEEDS says how many are run.
 */
const only = process.env.OTTLA_CLIENT_SEED
const seeds =
  only === undefined
    ? Array.from({ length: Number(process.env.OTTLA_CLIENT_SEEDS ?? 60) }, (_, seed) => seed)
    : [Number(only)]

const partitionCount = 4
const troubleMs = 20_000
/** From the end of the trouble on, all must be read within so long: sessions that are still open run out first. */
const calmMs = 90_000
const closeMs = 4_000

class GroupRun {
  readonly runtime: SimulatedRuntime
  readonly fake: FakeConsumerCluster
  readonly topic: FakeTopic
  /** Records whose handlers have finished. */
  readonly processed = new Set<string>()
  readonly problems: string[] = []
  readonly #consumers = new Set<Consumer>()
  #written = 0
  #isOver = false
  readonly #protocol: 'classic' | 'consumer'

  constructor(seed: number) {
    this.#protocol = seed % 2 === 0 ? 'classic' : 'consumer'
    this.runtime = new SimulatedRuntime(seed)
    this.fake = new FakeConsumerCluster(this.runtime, 2)
    this.topic = this.fake.createTopic('t', partitionCount)
    this.fake.offsets.onCommit = (partition, offset) => this.#checkCommit(partition, offset)
  }

  async run(): Promise<void> {
    if (this.#protocol === 'classic' && this.runtime.chance.happens(0.5)) this.#speakAsOldBrokers()
    await this.fake.start()
    const work = [this.#write(), this.#makeTrouble(), this.#comeAndGo(), this.#comeAndGo()]
    await Promise.all(work)
    const deadline = this.runtime.monotonic() + calmMs
    const last = this.#start()
    while (this.processed.size < this.#written && this.runtime.monotonic() < deadline) await this.runtime.sleep(200)
    this.#isOver = true
    if (this.processed.size < this.#written)
      this.problems.push(`${this.#written - this.processed.size} of ${this.#written} records were not read`)
    await this.#close(last)
    await Promise.all([...this.#consumers].map((each) => this.#close(each)))
  }

  /** As Apache Kafka 2.8: no topic ids in fetches, one coordinator and one group in a request. */
  #speakAsOldBrokers(): void {
    for (const broker of this.fake.brokers) {
      broker.speak(fetchRequest, [0, 12]).speak(findCoordinatorRequest, [0, 3]).speak(offsetFetchRequest, [0, 7])
      broker.speak(joinGroupRequest, [0, 7]).speak(offsetCommitRequest, [0, 8]).speak(listOffsetsRequest, [0, 6])
    }
  }

  /** A committed offset says that everything before it has been processed, by whomever. */
  #checkCommit(partition: string, offset: number): void {
    for (let before = 0; before < offset; before++) {
      if (!this.processed.has(`${partition} ${before}`)) {
        this.problems.push(`offset ${offset} of ${partition} was committed, but ${before} is not processed`)
        return
      }
    }
  }

  async #write(): Promise<void> {
    const { chance } = this.runtime
    while (this.runtime.monotonic() < troubleMs) {
      const { log } = this.topic.partitions[chance.integer(partitionCount)]!
      const records = Array.from({ length: 1 + chance.integer(5) }, () => ({
        timestamp: 1,
        key: Buffer.from(`k${chance.integer(6)}`),
        value: Buffer.from('v'),
      }))
      log.append(pack(records).bytes)
      this.#written += records.length
      await this.runtime.sleep(chance.next() * 150)
    }
  }

  async #comeAndGo(): Promise<void> {
    const { chance } = this.runtime
    while (this.runtime.monotonic() < troubleMs) {
      const consumer = this.#start()
      await this.runtime.sleep(1_000 + chance.next() * 15_000)
      await this.#close(consumer)
    }
  }

  #start(): Consumer {
    const { chance } = this.runtime
    const consumer = new Consumer(
      { bootstrap: this.fake.bootstrap, runtime: this.runtime, requestTimeoutMs: 3_000, connectTimeoutMs: 2_000 },
      {
        groupId: 'g',
        groupProtocol: this.#protocol,
        topics: 't',
        autoOffsetReset: 'earliest',
        autoCommitIntervalMs: 500,
        sessionTimeoutMs: 6_000,
        heartbeatIntervalMs: 500,
        rebalanceTimeoutMs: 8_000,
        fetchMaxWaitMs: 100,
        // Members of one group agree; of different seeds they need not.
        ...(this.fake.runtime.network.latencyMs > 1 && { assignors: [rangeAssignor] }),
      },
    )
    this.#consumers.add(consumer)
    const orderedBy = chance.happens(0.5) ? 'key' : 'partition'
    const last = new Map<string, number>()
    void this.#keepRunning(consumer, 1 + chance.integer(4), orderedBy, last)
    return consumer
  }

  async #keepRunning(
    consumer: Consumer,
    concurrency: number,
    orderedBy: 'key' | 'partition',
    last: Map<string, number>,
  ): Promise<void> {
    for (;;) {
      try {
        const eachRecord = (record: ConsumerRecord) => this.#handle(record, orderedBy, last)
        return await consumer.run({ concurrency, orderedBy, eachRecord })
      } catch {
        // It has said so; a program would go on as this one does, or end.
        if (!this.#consumers.has(consumer)) return
        last.clear()
      }
    }
  }

  async #handle(record: ConsumerRecord, orderedBy: 'key' | 'partition', last: Map<string, number>): Promise<void> {
    const { chance } = this.runtime
    const id = `${record.topic} ${record.partition} ${record.offset}`
    const lane = `${record.partition} ${orderedBy === 'key' ? record.key : ''}`
    if (chance.happens(0.7)) await this.runtime.sleep(chance.next() * (chance.happens(0.01) ? 12_000 : 60))
    if (!this.#isOver && chance.happens(0.002)) throw new Error('a handler that fails')
    // Going back is seeing again; what must not be is to see a record before one that was to come first.
    const before = last.get(lane) ?? -1
    if (record.offset > before) last.set(lane, record.offset)
    for (let offset = before + 1; offset < record.offset; offset++) {
      if (
        orderedBy === 'partition' &&
        before >= 0 &&
        !this.processed.has(`${record.topic} ${record.partition} ${offset}`)
      )
        this.problems.push(`record ${record.offset} of ${record.partition} came before ${offset}`)
    }
    this.processed.add(id)
  }

  async #close(consumer: Consumer): Promise<void> {
    if (!this.#consumers.delete(consumer)) return
    const begin = this.runtime.monotonic()
    await consumer.close({ timeoutMs: closeMs })
    const tookMs = this.runtime.monotonic() - begin
    if (tookMs > closeMs + 200) this.problems.push(`close took ${tookMs} ms`)
  }

  async #makeTrouble(): Promise<void> {
    const { chance, network } = this.runtime
    network.latencyMs = chance.happens(0.3) ? 5 : 1
    network.faults = {
      cut: 0.01 * chance.next(),
      late: 0.1 * chance.next(),
      lateMs: 1_000,
      refused: 0.2 * chance.next(),
    }
    for (const broker of this.fake.brokers) broker.answerFaults = { lost: 0.01 * chance.next(), twice: 0 }
    while (this.runtime.monotonic() < troubleMs) {
      await this.runtime.sleep(chance.next() * 3_000)
      const broker = this.fake.brokers[chance.integer(this.fake.brokers.length)]!
      switch (chance.integer(5)) {
        case 0:
          this.fake.moveLeader(this.topic, chance.integer(partitionCount))
          break
        case 1:
          network.cutAll(broker.address)
          break
        case 2:
          this.fake.moveCoordinator()
          break
        case 3:
          await broker.stop()
          network.cutAll(broker.address)
          await this.runtime.sleep(chance.next() * 2_000)
          this.fake.fetches.get(broker.id)!.forgetSessions()
          await broker.start()
      }
    }
    network.faults = noFaults
    for (const broker of this.fake.brokers) broker.answerFaults = { lost: 0, twice: 0 }
  }
}

test(`among faults, a group reads every record and commits only what it has processed: ${seeds.length} seeds`, async () => {
  for (const seed of seeds) {
    const group = new GroupRun(seed)
    try {
      await group.runtime.run(() => group.run(), 600_000)
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause })
    }
    assert.deepEqual(group.problems.slice(0, 5), [], `seed ${seed}`)
  }
})
