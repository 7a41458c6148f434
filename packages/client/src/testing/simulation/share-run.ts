import { pack } from '@ottla/protocol'
import { ShareConsumer } from '../../consumer/share/share-consumer.ts'
import type { ShareRecord } from '../../consumer/share/share-record.ts'
import { FakeShareGroup } from '../../consumer/testing/fake-share-group.ts'
import { FakeCluster, type FakeTopic } from '../fake-cluster.ts'
import { SimulatedRuntime } from '../simulated-runtime.ts'
import { Promises, type Simulation } from './simulation.ts'
import { Trouble } from './trouble.ts'

const partitionCount = 2
const troubleMs = 12_000
const calmMs = 60_000
const closeMs = 4_000

/**
 * Members of a share group that come and go: every record is handled by somebody in the end, nothing is accepted that no
 * handler has finished, and what was rejected does not come again. Nothing hangs.
 */
export class ShareRun implements Simulation {
  readonly counts = { written: 0, handled: 0, rejected: 0, again: 0 }
  readonly #runtime: SimulatedRuntime
  readonly #fake: FakeCluster
  readonly #topic: FakeTopic
  readonly #group: FakeShareGroup
  readonly #handled = new Set<string>()
  readonly #promises = new Promises()
  #trouble: Trouble | undefined
  readonly #consumers = new Set<ShareConsumer>()

  constructor(seed: number) {
    this.#runtime = new SimulatedRuntime(seed)
    this.#fake = new FakeCluster(this.#runtime, 3)
    this.#topic = this.#fake.createTopic('t', partitionCount)
    this.#group = new FakeShareGroup(this.#fake, this.#topic)
    this.#group.onAccept = (partition, offset) => {
      const id = `${partition} ${offset}`
      if (!this.#handled.has(id)) this.#promises.break(`record ${id} was accepted, and nobody has handled it`)
    }
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
      onRestart: (broker) => this.#group.forgetSessions(broker.id),
      moves: {
        coordinatorMoves: () => this.#group.moveCoordinator(),
        coordinatorIsAway: () => this.#group.loseCoordinator(chance.next() * 3_000),
        memberIsExpelled: () => this.#group.expelMember(),
      },
    })
    // Who was there all the time goes on in the end; or somebody new does, for what those before have left.
    const veteran = chance.happens(0.5) ? this.#start() : undefined
    await Promise.all([this.#write(), this.#trouble.run(), this.#comeAndGo(), this.#comeAndGo()])
    const last = veteran ?? this.#start()
    const untilMs = this.#runtime.monotonic() + calmMs
    while (this.#group.openCount > 0 && this.#runtime.monotonic() < untilMs) await this.#runtime.sleep(200)
    const open = this.#group.openCount
    if (open > 0) this.#promises.break(`${open} of ${this.counts.written} records are not done`)
    await this.#close(last)
  }

  async #write(): Promise<void> {
    const { chance } = this.#runtime
    while (this.#runtime.monotonic() < troubleMs) {
      const { log } = this.#topic.partitions[chance.integer(partitionCount)]!
      const records = Array.from({ length: 1 + chance.integer(5) }, () => ({
        timestamp: 1,
        key: null,
        value: Buffer.from('v'),
      }))
      log.append(pack(records).bytes)
      this.counts.written += records.length
      await this.#runtime.sleep(chance.next() * 200)
    }
  }

  async #comeAndGo(): Promise<void> {
    const { chance } = this.#runtime
    while (this.#runtime.monotonic() < troubleMs) {
      const consumer = this.#start()
      await this.#runtime.sleep(1_000 + chance.next() * 8_000)
      await this.#close(consumer)
    }
  }

  #start(): ShareConsumer {
    const { chance } = this.#runtime
    const client = {
      bootstrap: this.#fake.bootstrap,
      runtime: this.#runtime,
      requestTimeoutMs: 3_000,
      connectTimeoutMs: 2_000,
    }
    const maxRecords = 1 + chance.integer(30)
    const consumer = new ShareConsumer(client, { groupId: 'g', topics: 't', fetchMaxWaitMs: 200, maxRecords })
    this.#consumers.add(consumer)
    void this.#keepRunning(consumer, chance.happens(0.5))
    return consumer
  }

  /** As a program does that reports what goes wrong, and goes on. */
  async #keepRunning(consumer: ShareConsumer, loops: boolean): Promise<void> {
    const concurrency = 1 + this.#runtime.chance.integer(4)
    for (;;) {
      try {
        if (!loops) return await consumer.run({ concurrency, eachRecord: (record) => this.#handle(record) })
        for await (const record of consumer) await this.#handle(record)
        return
      } catch {
        if (!this.#consumers.has(consumer)) return
      }
    }
  }

  async #handle(record: ShareRecord): Promise<void> {
    const { chance } = this.#runtime
    const id = `${record.partition} ${record.offset}`
    if (this.#handled.has(id)) this.counts.again++
    if (chance.happens(0.7)) await this.#runtime.sleep(chance.next() * (chance.happens(0.02) ? 5_000 : 40))
    if (chance.happens(0.01)) throw new Error('a handler that fails')
    if (chance.happens(0.02)) return record.release()
    if (chance.happens(0.05)) record.renew()
    if (chance.happens(0.02)) {
      this.counts.rejected++
      return record.reject()
    }
    this.counts.handled++
    this.#handled.add(id)
  }

  async #close(consumer: ShareConsumer): Promise<void> {
    if (!this.#consumers.delete(consumer)) return
    const beganMs = this.#runtime.monotonic()
    await consumer.close({ timeoutMs: closeMs })
    const tookMs = this.#runtime.monotonic() - beganMs
    if (tookMs > closeMs + (this.#trouble?.frozenMs ?? 0) + 200) this.#promises.break(`close took ${tookMs} ms`)
  }
}
