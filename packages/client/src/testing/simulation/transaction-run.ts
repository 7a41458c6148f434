import { deepEqual, equal, ok } from 'node:assert/strict'
import { fetchRequest, fetchResponse, listOffsetsRequest, listOffsetsResponse } from '@ottla/protocol'
import { Cluster } from '../../connection/cluster.ts'
import { Consumer } from '../../consumer/consumer.ts'
import { FakeFetches } from '../../consumer/testing/fake-fetches.ts'
import { Producer } from '../../producer/producer.ts'
import { FakeCluster, type FakeTopic } from '../fake-cluster.ts'
import type { FakeRecord } from '../fake-log.ts'
import { FakeTransactions } from '../fake-transactions.ts'
import { SimulatedRuntime } from '../simulated-runtime.ts'
import type { Simulation } from './simulation.ts'
import { Trouble } from './trouble.ts'

const troubleMs = 8_000
const deliveryTimeoutMs = 30_000
const requestTimeoutMs = 2_000
const calmMs = 60_000

interface Played {
  readonly id: string
  readonly count: number
  /** That was to be committed with it, or undefined. */
  readonly offset: number | undefined
  /** `failed`: it may have been committed or not. */
  readonly end: 'committed' | 'thrown' | 'failed'
}

class ChangedMind extends Error {}

/**
 * Transactions, and a reader of what is committed: a transaction is seen as a whole or not at all, in the order of its
 * partition, once; its offsets count if and only if it does; and whoever was fenced writes nothing any more.
 */
export class TransactionRun implements Simulation {
  readonly counts = { committed: 0, thrown: 0, failed: 0, fenced: 0, read: 0 }
  readonly #runtime: SimulatedRuntime
  readonly #fake: FakeCluster
  readonly #topic: FakeTopic
  readonly #transactions: FakeTransactions
  readonly #played: Played[] = []
  readonly #read = new Map<number, string[]>()
  #offset = 0
  #isTakenOver = false

  constructor(seed: number) {
    this.#runtime = new SimulatedRuntime(seed)
    this.#fake = new FakeCluster(this.#runtime, 3)
    this.#topic = this.#fake.createTopic('t', 4)
    this.#transactions = new FakeTransactions(this.#fake, seed % 2 === 1)
  }

  run(): Promise<void> {
    return this.#runtime.run(() => this.#play(), 600_000)
  }

  async #play(): Promise<void> {
    const { chance } = this.#runtime
    const fetches = this.#serveReaders()
    await this.#fake.start()
    const reader = this.#startReader()
    const trouble = new Trouble({
      fake: this.#fake,
      topic: this.#topic,
      untilMs: troubleMs,
      everyMs: 1_500,
      onRestart: (broker) => fetches.get(broker.id)!.forgetSessions(),
      moves: { coordinatorMoves: () => this.#transactions.move() },
      // In the second version of the protocol all brokers of a cluster speak it.
      without: this.#transactions.isVersion2 ? ['brokerIsUpgraded'] : [],
      mayStartOld: !this.#transactions.isVersion2,
    })
    // Sometimes another process takes the place of the first one.
    const work = [this.#write('a'), trouble.run()]
    if (chance.happens(0.3)) work.push(this.#runtime.sleep(chance.next() * troubleMs).then(() => this.#takeOver()))
    await Promise.all(work)
    await this.#untilRead()
    const beganMs = this.#runtime.monotonic()
    await reader.close({ timeoutMs: 3_000 })
    ok(this.#runtime.monotonic() - beganMs < 3_200, 'the reader took too long to close')
    this.#check()
  }

  #serveReaders(): Map<number, FakeFetches> {
    const fetches = new Map(this.#fake.brokers.map(({ id }) => [id, new FakeFetches(this.#fake, id)]))
    for (const broker of this.#fake.brokers) {
      const its = fetches.get(broker.id)!
      broker
        .on(fetchRequest, fetchResponse, (body) => its.fetch(body) as Promise<any>)
        .on(listOffsetsRequest, listOffsetsResponse, (body) => its.listOffsets(body))
    }
    return fetches
  }

  #startReader(): Consumer {
    const client = {
      bootstrap: this.#fake.bootstrap,
      runtime: this.#runtime,
      requestTimeoutMs,
      connectTimeoutMs: 2_000,
    }
    const reader = new Consumer(client, {
      autoOffsetReset: 'earliest',
      isolationLevel: 'read_committed',
      fetchMaxWaitMs: 200,
    })
    const partitions = this.#topic.partitions.map((_, partition) => ({ topic: 't', partition }))
    for (const { partition } of partitions) this.#read.set(partition, [])
    void reader.assign(partitions).then(() =>
      reader.run({
        eachRecord: ({ partition, value }) => {
          this.counts.read++
          this.#read.get(partition)!.push(String(value))
        },
      }),
    )
    return reader
  }

  /** Transactions one after the other, until the trouble is over and all works again, or another one has the place. */
  async #write(name: string): Promise<void> {
    const { chance } = this.#runtime
    const cluster = new Cluster({ bootstrap: this.#fake.bootstrap, runtime: this.#runtime, requestTimeoutMs })
    const producer = new Producer(cluster, { transactionalId: 'x', deliveryTimeoutMs, batchBytes: 400 })
    for (let number = 0; this.#runtime.monotonic() < troubleMs + 2_000; number++) {
      const beganMs = this.#runtime.monotonic()
      const isFenced = await this.#transact(producer, `${name}${number}`)
      const tookMs = this.#runtime.monotonic() - beganMs
      ok(tookMs < 4 * deliveryTimeoutMs, `transaction ${name}${number} took ${tookMs} ms`)
      if (isFenced) break
      if (chance.happens(0.3)) await this.#runtime.sleep(chance.next() * 300)
    }
    await producer.close()
    cluster.close()
  }

  /** Until the first one has its place, it may be the one that comes later. */
  #takeOver(): Promise<void> {
    this.#isTakenOver = this.#played.some(({ end }) => end === 'committed')
    return this.#write('b')
  }

  /** True: the producer can do nothing any more. */
  async #transact(producer: Producer, id: string): Promise<boolean> {
    const { chance } = this.#runtime
    const count = 1 + chance.integer(12)
    const willThrow = chance.happens(0.2)
    let offset: number | undefined
    try {
      await producer.transaction(async (tx) => {
        const sent = Array.from({ length: count }, (_, i) =>
          tx.send({ topic: 't', key: `k${chance.integer(20)}`, value: `${id}/${i}` }),
        )
        if (chance.happens(0.5)) await Promise.all(sent)
        if (chance.happens(0.5)) {
          offset = ++this.#offset
          await tx.sendOffsets([{ topic: 's', partition: 0, offset }], 'g')
        }
        if (willThrow) throw new ChangedMind()
      })
      this.#ended({ id, count, offset, end: 'committed' })
      return false
    } catch (error) {
      const { name, message } = error as Error
      this.#ended({ id, count, offset, end: error instanceof ChangedMind ? 'thrown' : 'failed' })
      const isFenced = name === 'PRODUCER_FENCED' || name === 'INVALID_PRODUCER_EPOCH'
      if (!isFenced) return false
      const mayBeFenced = id.startsWith('a') ? this.#transactions.hasNewcomer : !this.#isTakenOver
      ok(mayBeFenced, `${id} was fenced by nobody: ${message}`)
      this.counts.fenced++
      return true
    }
  }

  #ended(played: Played): void {
    this.#played.push(played)
    this.counts[played.end]++
  }

  #committed(partition: number): FakeRecord[] {
    const { records } = this.#topic.partitions[partition]!.log
    return records.filter((record) => record.transaction?.outcome === 'committed')
  }

  async #untilRead(): Promise<void> {
    const isAllRead = () =>
      [...this.#read].every(([partition, values]) => values.length >= this.#committed(partition).length)
    const untilMs = this.#runtime.monotonic() + calmMs
    while (!isAllRead() && this.#runtime.monotonic() < untilMs) await this.#runtime.sleep(200)
  }

  #check(): void {
    for (const [partition, values] of this.#read)
      deepEqual(
        values,
        this.#committed(partition).map((record) => record.value),
        `partition ${partition} was not read as it is`,
      )
    const visible = [...this.#read.values()].flat()
    equal(new Set(visible).size, visible.length, 'a record is seen twice')
    const seenOf = new Map<string, number>()
    for (const value of visible) {
      const [id] = value.split('/')
      seenOf.set(id!, (seenOf.get(id!) ?? 0) + 1)
    }
    let lastOffset = -1
    for (const { id, count, offset, end } of this.#played) {
      const seen = seenOf.get(id) ?? 0
      if (end === 'committed') equal(seen, count, `transaction ${id} is not complete`)
      else if (end === 'thrown') equal(seen, 0, `transaction ${id} was aborted`)
      else ok(seen === 0 || seen === count, `${seen} of ${count} records of transaction ${id} are seen`)
      if (seen > 0 && offset !== undefined) lastOffset = Math.max(lastOffset, offset)
    }
    equal(this.#transactions.committedOffset, lastOffset, 'the offset is not that of the last transaction with one')
  }
}
