import assert from 'node:assert/strict'
import { GroupService } from '../group-service.ts'
import { defaultGroupSettings, type GroupSettings } from '../settings.ts'
import { MemoryLog } from './memory-log.ts'
import { Random } from './random.ts'
import { Gone, partitionCount, SimulatedConsumer, topic } from './simulated-consumer.ts'
import { groupId } from './test-group.ts'
import { VirtualTime } from './virtual-time.ts'

const faultyMs = 60_000
const calmMs = 40_000
/** The longest rebalance timeout of any consumer, and what the disk may take. */
const longestWaitMs = 16_000 + 2000

/**
 * Consumers of one group at a coordinator that crashes and comes back, over a log that is slow and fails at times.
 * All chance comes from the seed. Throws where something does not hold:
 *
 *   - within a generation each partition is one consumer's, as the leader assigned it, whatever crashed in between
 *   - a committed offset that was acknowledged, or seen, never goes back
 *   - every JoinGroup and SyncGroup is answered in time
 *   - what a coordinator shows, the next one shows after it has read the log
 *   - the log does not grow without bound
 *   - when faults stop, all partitions are worked on soon
 */
export class Simulation {
  readonly random: Random
  readonly time: VirtualTime
  readonly #log: MemoryLog
  readonly #settings: GroupSettings
  readonly #consumers: readonly SimulatedConsumer[]
  readonly #holders = new Map<string, string>()
  readonly #assigned = new Map<string, string>()
  readonly #acknowledged = new Map<number, number>()
  #service!: GroupService
  #started!: Promise<void>
  #lost!: Promise<never>
  #lose!: (error: Error) => void
  #offset = 0
  faulty = true
  over = false

  constructor(seed: number) {
    this.random = new Random(seed)
    this.time = new VirtualTime(this.random)
    const slow = this.random.pick([0, 5, 200])
    const failing = this.random.pick([0, 0, 0.01])
    this.#log = new MemoryLog(2, {
      delay: async () => {
        if (slow > 0) await this.time.sleep(this.random.below(slow))
        // While something is on its way to the disk is when a crash matters.
        if (this.faulty && this.random.chance(0.02)) this.#crash()
      },
      failure: () =>
        this.faulty && this.random.chance(failing) ? this.random.pick(['before', 'after'] as const) : undefined,
    })
    this.#settings = {
      ...defaultGroupSettings,
      initialRebalanceDelayMs: this.random.pick([0, 3000]),
      cleanerMinBytes: 1500,
    }
    this.#consumers = Array.from({ length: 1 + this.random.below(5) }, (_, i) => new SimulatedConsumer(this, i))
  }

  async run(): Promise<void> {
    this.#start()
    const failed: unknown[] = []
    for (const consumer of this.#consumers) consumer.live().catch((error) => failed.push(error))
    const check = () => {
      if (failed.length > 0) throw failed[0]
    }
    for (let passed = 0; passed < faultyMs; passed += 5000) {
      await this.time.advance(5000)
      check()
      this.#seeOffsets().catch((error) => error instanceof Gone || failed.push(error))
      if (this.random.chance(0.1)) this.#crash()
    }
    this.faulty = false
    await this.time.advance(calmMs)
    check()
    await this.#expectAllAtWork()
    this.over = true
    await this.time.advance(20_000)
    check()
    await this.#expectSameAfterRestart()
  }

  /** A request and its answer; `Gone` if the coordinator crashes in between. */
  async call<R>(request: (service: GroupService) => Promise<R>): Promise<R> {
    const { random } = this
    if (random.chance(0.2)) await this.time.sleep(random.below(50))
    const lost = this.#lost
    await this.#started
    return Promise.race([request(this.#service), lost])
  }

  /** A request that waits for others. */
  async waiting<R>(request: (service: GroupService) => Promise<R>): Promise<R> {
    const since = this.time.monotonic()
    const answer = await this.call(request)
    const waitedMs = this.time.monotonic() - since
    assert.ok(waitedMs <= longestWaitMs, `answered after ${waitedMs} ms`)
    return answer
  }

  assigned({ generation, holder, partitions }: { generation: number; holder: string; partitions: readonly number[] }) {
    const before = this.#assigned.get(`${generation} ${holder}`)
    assert.equal(before ?? String(partitions), String(partitions), `${holder} in generation ${generation}`)
    this.#assigned.set(`${generation} ${holder}`, String(partitions))
    for (const partition of partitions) {
      const key = `${generation} ${partition}`
      assert.equal(this.#holders.get(key) ?? holder, holder, `partition ${partition} in generation ${generation}`)
      this.#holders.set(key, holder)
    }
  }

  /** Grows with each commit that is sent. */
  nextOffset(): number {
    return ++this.#offset
  }

  committed(partition: number, offset: number): void {
    this.#acknowledged.set(partition, Math.max(offset, this.#acknowledged.get(partition) ?? 0))
  }

  #start(): void {
    this.#lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    this.#lost.catch(() => {})
    this.#service = new GroupService({ runtime: this.time, log: this.#log, settings: this.#settings })
    this.#started = this.#service.start()
  }

  #crash(): void {
    this.#log.crash()
    this.#lose(new Gone())
    // What is left of it is heard by nobody.
    void this.#service.close()
    this.#start()
  }

  async #seeOffsets(): Promise<void> {
    const acknowledged = new Map(this.#acknowledged)
    const partitions = Array.from({ length: partitionCount }, (_, p) => p)
    const { errorCode, topics } = await this.call((service) =>
      service.fetchOffsets({ groupId, topics: [{ topic, partitions }] }),
    )
    if (errorCode !== 0) return
    for (const { partition, committed } of topics[0]!.partitions) {
      const offset = committed?.offset ?? 0
      const least = acknowledged.get(partition) ?? 0
      assert.ok(offset >= least, `partition ${partition}: ${offset} after ${least} was acknowledged or seen`)
      this.committed(partition, offset)
    }
  }

  async #expectAllAtWork(): Promise<void> {
    const owned = this.#consumers.flatMap((consumer) => consumer.owned ?? [])
    const all = Array.from({ length: partitionCount }, (_, p) => p)
    assert.deepEqual(owned.sort(), all, 'when faults stop all partitions are worked on')
    for (const index of [0, 1]) assert.ok(this.#log.recordsCount(index) < 300, 'the log is cleaned')
  }

  async #expectSameAfterRestart(): Promise<void> {
    const before = await this.#shown()
    this.#crash()
    assert.deepEqual(await this.#shown(), before)
  }

  async #shown(): Promise<unknown> {
    await this.#started
    const shown = Promise.all([
      this.#service.fetchOffsets({ groupId, topics: null }),
      this.#service.describeGroup(groupId),
      this.#service.listGroups(),
    ])
    await this.time.advance(1000)
    return shown
  }
}
