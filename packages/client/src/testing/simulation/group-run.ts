import { pack } from '@ottla/protocol'
import { rangeAssignor } from '../../consumer/assignor/range.ts'
import { Consumer } from '../../consumer/consumer.ts'
import type { ConsumerRecord } from '../../consumer/consumer-record.ts'
import { FakeConsumerCluster } from '../../consumer/testing/fake-consumer-cluster.ts'
import type { FakeTopic } from '../fake-cluster.ts'
import { SimulatedRuntime } from '../simulated-runtime.ts'
import { Promises, type Simulation } from './simulation.ts'
import { Trouble } from './trouble.ts'

const partitionCount = 4
const troubleMs = 12_000
/** From the end of the trouble on, all must be read within so long: sessions that are still open run out first. */
const calmMs = 90_000
const closeMs = 4_000
const requestTimeoutMs = 3_000

const nothing = () => Array.from({ length: partitionCount }, () => 0)

type Reading = 'partition' | 'key' | 'batch' | 'loop'
const readings: readonly Reading[] = ['partition', 'key', 'batch', 'loop']

/**
 * Consumers of one group that come and go: every record is processed, in the order of its partition or key, and no offset
 * is committed before all up to it are processed. Nothing hangs. Where the topic is deleted and created again, all this
 * holds for the new one from its beginning on.
 */
export class GroupRun implements Simulation {
  readonly counts = { written: 0, processed: 0, commits: 0, members: 0, recreations: 0 }
  readonly #runtime: SimulatedRuntime
  readonly #fake: FakeConsumerCluster
  readonly #topic: FakeTopic
  readonly #protocol: 'classic' | 'consumer'
  /** Members of one group agree on what they can; groups need not. */
  readonly #isEager: boolean
  /** Only brokers that take commits by id can tell those for a topic that is gone. */
  readonly #recreates: boolean
  /** Of this topic; there may have been others before it. */
  #written = 0
  /** Records whose handlers have finished, with the number of their topic. */
  readonly #processed = new Set<string>()
  /** Of each partition: every offset before is processed. */
  #wholeTo: number[] = nothing()
  readonly #promises = new Promises()
  #trouble: Trouble | undefined
  readonly #consumers = new Set<Consumer>()
  /** Consumers that have paused something now. Handlers fail more often then: the two together are seldom by chance. */
  #pauses = 0
  #isOver = false

  constructor(seed: number, protocol: 'classic' | 'consumer') {
    this.#protocol = protocol
    this.#runtime = new SimulatedRuntime(seed)
    this.#fake = new FakeConsumerCluster(this.#runtime, 3)
    this.#topic = this.#fake.createTopic('t', partitionCount)
    this.#isEager = this.#runtime.chance.happens(0.3)
    this.#recreates = this.#runtime.chance.happens(0.3)
    this.#fake.offsets.onCommit = (partition, offset) => this.#checkCommit(partition, offset)
  }

  async run(): Promise<void> {
    await this.#runtime.run(() => this.#play(), 600_000)
    this.#promises.check()
  }

  async #play(): Promise<void> {
    const { chance } = this.#runtime
    await this.#fake.start()
    this.#trouble = new Trouble({
      fake: this.#fake,
      topic: this.#topic,
      untilMs: troubleMs,
      everyMs: 2_000,
      onRestart: (broker) => this.#fake.fetches.get(broker.id)!.forgetSessions(),
      moves: {
        coordinatorMoves: () => this.#fake.moveCoordinator(),
        coordinatorIsAway: () => this.#fake.loseCoordinator(chance.next() * 3_000),
        memberIsExpelled: () => this.#fake.expelMember(),
        sessionsAreLost: () => this.#fake.forgetFetchSessions(),
        fetchesFail: () => this.#fake.failFetches(0.2, chance.next() * 2_000),
        topicIsRecreated: () => this.#recreate(),
      },
      without: [this.#recreates ? 'brokerIsUpgraded' : 'topicIsRecreated'],
      mayStartOld: !this.#recreates,
    })
    // Who was there all the time goes on in the end; or somebody new does, for what those before have left.
    const veteran = chance.happens(0.5) ? this.#start() : undefined
    await Promise.all([this.#write(), this.#trouble.run(), this.#comeAndGo(), this.#comeAndGo()])
    const deadlineMs = this.#runtime.monotonic() + calmMs
    const last = veteran ?? this.#start()
    while (this.#unread() > 0 && this.#runtime.monotonic() < deadlineMs) await this.#runtime.sleep(200)
    this.#isOver = true
    if (this.#unread() > 0) this.#promises.break(`${this.#unread()} of ${this.#written} records were not read`)
    this.counts.processed = this.#processed.size
    this.counts.written += this.#written
    await this.#close(last)
    await Promise.all([...this.#consumers].map((each) => this.#close(each)))
  }

  #unread(): number {
    let processed = 0
    for (const record of this.#processed) if (record.startsWith(`${this.counts.recreations} `)) processed++
    return this.#written - processed
  }

  #recreate(): void {
    this.#fake.recreateTopic(this.#topic)
    this.counts.recreations++
    this.counts.written += this.#written
    this.#written = 0
    this.#wholeTo = nothing()
  }

  /** A committed offset says that everything before it has been processed, by whomever. */
  #checkCommit(partition: string, offset: number): void {
    this.counts.commits++
    const index = Number(partition.split(' ')[1])
    while (this.#processed.has(`${this.counts.recreations} ${index} ${this.#wholeTo[index]}`)) this.#wholeTo[index]!++
    const whole = this.#wholeTo[index]!
    if (offset > whole)
      this.#promises.break(`offset ${offset} of ${partition} was committed, but ${whole} is not processed`)
  }

  async #write(): Promise<void> {
    const { chance } = this.#runtime
    while (this.#runtime.monotonic() < troubleMs) {
      const { log } = this.#topic.partitions[chance.integer(partitionCount)]!
      const records = Array.from({ length: 1 + chance.integer(5) }, () => ({
        timestamp: 1,
        key: Buffer.from(`k${chance.integer(6)}`),
        value: Buffer.from(`${this.counts.recreations}`),
      }))
      log.append(pack(records).bytes)
      this.#written += records.length
      await this.#runtime.sleep(chance.next() * 200)
    }
  }

  async #comeAndGo(): Promise<void> {
    const { chance } = this.#runtime
    while (this.#runtime.monotonic() < troubleMs) {
      const consumer = this.#start()
      await this.#runtime.sleep(1_000 + chance.next() * 10_000)
      await this.#close(consumer)
    }
  }

  #start(): Consumer {
    const { chance } = this.#runtime
    const client = {
      bootstrap: this.#fake.bootstrap,
      runtime: this.#runtime,
      requestTimeoutMs,
      connectTimeoutMs: 2_000,
    }
    const consumer = new Consumer(client, {
      groupId: 'g',
      groupProtocol: this.#protocol,
      topics: 't',
      autoOffsetReset: 'earliest',
      autoCommitIntervalMs: 500,
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 500,
      rebalanceTimeoutMs: 8_000,
      fetchMaxWaitMs: 200,
      ...(this.#protocol === 'classic' && this.#isEager && { assignors: [rangeAssignor] }),
    })
    this.counts.members++
    this.#consumers.add(consumer)
    void this.#keepRunning(consumer, readings[chance.integer(readings.length)]!)
    void this.#meddle(consumer)
    return consumer
  }

  /** As a program does that reports what goes wrong, and goes on. */
  async #keepRunning(consumer: Consumer, reading: Reading): Promise<void> {
    const concurrency = 1 + this.#runtime.chance.integer(4)
    for (;;) {
      try {
        return await this.#runOnce(consumer, reading, concurrency)
      } catch {
        if (!this.#consumers.has(consumer)) return
      }
    }
  }

  async #runOnce(consumer: Consumer, reading: Reading, concurrency: number): Promise<void> {
    const last = new Map<string, number>()
    if (reading === 'loop') {
      for await (const record of consumer) await this.#handle(record, 'partition', last, false)
      return
    }
    if (reading === 'batch') {
      const eachBatch = async (batch: Iterable<ConsumerRecord>) => {
        for (const record of batch) await this.#handle(record, 'partition', last)
      }
      return consumer.run({ concurrency, eachBatch: eachBatch as any })
    }
    const eachRecord = (record: ConsumerRecord) => this.#handle(record, reading, last)
    return consumer.run({ concurrency, orderedBy: reading, eachRecord })
  }

  async #handle(
    record: ConsumerRecord,
    orderedBy: 'key' | 'partition',
    last: Map<string, number>,
    mayFail = true,
  ): Promise<void> {
    const { chance } = this.#runtime
    const { partition, offset } = record
    const topic = String(record.value)
    const lane = `${topic} ${partition} ${orderedBy === 'key' ? record.key : ''}`
    if (chance.happens(0.7)) await this.#runtime.sleep(chance.next() * (chance.happens(0.01) ? 12_000 : 60))
    // A loop that fails and is followed by another one has gone on by its own will.
    const mayFailNow = !this.#isOver && mayFail && chance.happens(this.#pauses > 0 ? 0.05 : 0.002)
    if (mayFailNow) throw new Error('a handler that fails')
    // Going back is seeing again; what must not be is to see a record before one that was to come first.
    const before = last.get(lane) ?? -1
    if (offset > before) last.set(lane, offset)
    if (orderedBy === 'partition' && before >= 0)
      for (let between = before + 1; between < offset; between++)
        if (!this.#processed.has(`${topic} ${partition} ${between}`))
          this.#promises.break(`record ${offset} of ${partition} came before ${between}`)
    this.#processed.add(`${topic} ${partition} ${offset}`)
  }

  /** Asks for this and that meanwhile; each answer, or error, comes in its time. */
  async #meddle(consumer: Consumer): Promise<void> {
    const { chance } = this.#runtime
    const isOpen = () => this.#consumers.has(consumer) && this.#runtime.monotonic() < troubleMs
    while (isOpen()) {
      await this.#runtime.sleep(chance.next() * 4_000)
      if (!isOpen()) return
      const partition = { topic: 't', partition: chance.integer(partitionCount) }
      switch (chance.integer(4)) {
        case 0:
          await this.#inTime('commit', consumer.commit())
          break
        case 1:
          await this.#inTime('committed', consumer.committed([partition]))
          break
        case 2:
          await this.#inTime('endOffsets', consumer.endOffsets([partition]))
          break
        case 3: {
          const paused = consumer.assignment.slice(0, 1)
          consumer.pause(paused)
          this.#pauses++
          await this.#runtime.sleep(chance.next() * 1_000)
          this.#pauses--
          const still = consumer.assignment.filter((each) => each.partition === paused[0]?.partition)
          if (this.#consumers.has(consumer)) consumer.resume(still)
        }
      }
    }
  }

  async #inTime(what: string, operation: Promise<unknown>): Promise<void> {
    const beganMs = this.#runtime.monotonic()
    await operation.catch(() => {})
    const tookMs = this.#runtime.monotonic() - beganMs
    // Commits go one after the other; the one before may take its whole time, too.
    const limitMs = 2 * (2 * requestTimeoutMs) + (this.#trouble?.frozenMs ?? 0) + 500
    if (tookMs > limitMs) this.#promises.break(`${what} took ${tookMs} ms`)
  }

  async #close(consumer: Consumer): Promise<void> {
    if (!this.#consumers.delete(consumer)) return
    const beganMs = this.#runtime.monotonic()
    await consumer.close({ timeoutMs: closeMs })
    const tookMs = this.#runtime.monotonic() - beganMs
    if (tookMs > closeMs + (this.#trouble?.frozenMs ?? 0) + 200) this.#promises.break(`close took ${tookMs} ms`)
  }
}
