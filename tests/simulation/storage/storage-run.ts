import assert from 'node:assert/strict'
import { KafkaError } from '@ottla/protocol'
import type { Log } from '@ottla/runtime'
import {
  DamagedLogError,
  openStorage,
  type Partition,
  type Storage,
  type StorageSettings,
  type TopicSettings,
} from '@ottla/storage'
import { type Random, type SimulatedProcess, Simulation } from '@ottla/testkit'
import { IdempotentProducer } from './idempotent-producer.ts'
import { PartitionModel, type SentBatch } from './partition-model.ts'
import { packed, readAll, unpacked } from './records.ts'

const directory = '/data'

interface SimulatedTopic {
  readonly topic: string
  readonly topicId: string
  readonly partitions: SimulatedPartition[]
  deleting: boolean
  /** A deletion was refused. It may show after a crash all the same. */
  deletionRefused: boolean
}

interface SimulatedPartition {
  readonly model: PartitionModel
  readonly producers: IdempotentProducer[]
  partition: Partition
}

export interface RunOptions {
  readonly seed: number
  readonly log?: Log
  /** Makes a process misbehave, to see whether the checks notice. */
  readonly plant?: (process: SimulatedProcess) => SimulatedProcess
}

/** One life of a storage, or rather several: clients, crashes, full disks, and checks, all from one seed. */
export class StorageRun {
  readonly #simulation: Simulation
  readonly #random: Random
  readonly #options: RunOptions
  readonly #settings: StorageSettings
  readonly #topicSettings: TopicSettings
  readonly #hasRetention: boolean
  readonly #topics: SimulatedTopic[] = []
  #deleted: string[] = []
  #process!: SimulatedProcess
  #storage!: Storage
  #order = 0
  #values = 0
  #topicCount = 0
  #keys = { acknowledged: 0, attempted: 0 }
  #failure: unknown
  #ending = false
  readonly counts = { acknowledged: 0, refused: 0, crashes: 0, restarts: 0, reads: 0, deletions: 0 }

  constructor(options: RunOptions) {
    this.#options = options
    this.#simulation = new Simulation(options.seed, options.log)
    const random = this.#simulation.random
    this.#random = random
    this.#hasRetention = random.chance(0.4)
    this.#settings = {
      flushPolicy: random.chance(0.85) ? 'fsync' : 'os',
      tailBytes: random.pick([1_500, 4_000, 20_000]),
      smallTailBytes: random.pick([0, 700, 5_000]),
      maxPartitionsAtClose: random.pick([1, 500]),
      checkpointBytes: random.pick([600, 2_000, 6_000, 50_000]),
      retentionCheckIntervalMs: random.pick([200, 5_000]),
      producerIdExpirationMs: 86_400_000,
    }
    this.#topicSettings = {
      cleanup: { delete: true, compact: false },
      compressionType: 'producer',
      compressionLevels: { gzip: -1, lz4: 9, zstd: 3 },
      maxMessageBytes: 1_000_000,
      messageTimestampType: 'CreateTime',
      messageTimestampBeforeMaxMs: Infinity,
      messageTimestampAfterMaxMs: 3_600_000,
      minInsyncReplicas: 1,
      retentionMs: this.#hasRetention ? random.pick([200, 100_000]) : Infinity,
      retentionBytes: this.#hasRetention ? random.pick([500, 3_000]) : Infinity,
      segmentBytes: random.pick([700, 1_500, 100_000]),
      segmentMs: random.pick([300, 1_000_000]),
      indexIntervalBytes: random.pick([1, 150, 500]),
    }
  }

  /** The simulated time. */
  get now(): number {
    return this.#simulation.clock.now
  }

  #trace(message: string, fields?: object): void {
    this.#options.log?.write('trace', message, { at: this.#simulation.clock.now, ...fields })
  }

  async run(): Promise<void> {
    this.#trace('settings', { ...this.#settings, ...this.#topicSettings })
    this.#process = this.#newProcess()
    await this.#open(false)
    const steps = this.#random.between(5, 40)
    for (let step = 0; step < steps; step++) {
      await this.#act()
      for (let i = this.#random.between(0, 6); i > 0; i--) await this.#simulation.step()
      if (this.#failure !== undefined) throw this.#failure
    }
    await this.#end()
  }

  #newProcess(): SimulatedProcess {
    const process = this.#simulation.process()
    return this.#options.plant?.(process) ?? process
  }

  #act(): Promise<void> | void {
    const action = this.#random.between(0, 99)
    const topic = this.#random.pick(this.#topics)
    const target = this.#random.pick(topic.partitions)
    if (action < 30) return this.#append(target)
    if (action < 50) return this.#produce(target)
    if (action < 62) return this.#read(target)
    if (action < 68) return this.#commitKeys()
    if (action < 72) return this.#deleteRecords(target)
    if (action < 74) return this.#watched(this.#storage.enforceRetention(), () => {})
    if (action < 77) return this.#deleteTopic(topic)
    if (action < 80) return this.#changeFaults()
    if (action < 85) return this.#crash()
    if (action < 87) return this.#restart()
    if (action < 93) return this.#seeBounds()
    return this.#wait()
  }

  async #wait(): Promise<void> {
    for (let i = this.#random.between(5, 40); i > 0; i--) await this.#simulation.step()
  }

  #newBatch(): SentBatch {
    const count = this.#random.between(1, 3)
    const now = this.#process.now() + this.#random.between(-300, 100)
    return {
      order: this.#order++,
      values: Array.from({ length: count }, () => `v${this.#values++}-${'.'.repeat(this.#random.between(0, 120))}`),
      timestamps: Array.from({ length: count }, (_, i) => now + i),
    }
  }

  #append(target: SimulatedPartition): void {
    const batch = this.#newBatch()
    target.model.send(batch)
    this.#watched(target.partition.append(packed(batch), { origin: 'client' }), ({ baseOffset, lastOffset }) => {
      assert.equal(lastOffset - baseOffset + 1, batch.values.length)
      target.model.acknowledge(batch, baseOffset, false)
      this.counts.acknowledged++
    })
  }

  #produce({ partition, producers }: SimulatedPartition): void {
    const producer = this.#random.pick(producers)
    if (producer.mayRetry) producer.retry(partition)
    else for (let i = this.#random.between(1, 3); i > 0; i--) producer.send(partition, this.#newBatch())
  }

  #read({ model, partition }: SimulatedPartition): void {
    this.counts.reads++
    const from = this.#random.between(Math.max(0, partition.logStartOffset - 1), partition.highWatermark + 1)
    const maxBytes = this.#random.pick([1, 200, 5_000])
    const read = (async () =>
      partition.read({ from, maxBytes, atLeastOneBatch: this.#random.chance(0.8), isolation: 'read_uncommitted' }))()
    read.then(
      (result) => this.#check(() => model.see(unpacked(result.batches, from), result.highWatermark)),
      (error) =>
        this.#check(() => {
          const allowed = ['OFFSET_OUT_OF_RANGE', 'UNKNOWN_TOPIC_OR_PARTITION']
          assert.ok(allowed.includes(error.name), String(error?.stack))
        }),
    )
  }

  #commitKeys(): void {
    const value = ++this.#keys.attempted
    const changes = new Map([
      ['left', String(value)],
      ['right', String(value)],
      [`once-${value - 3}`, undefined],
      [`once-${value}`, 'x'.repeat(this.#random.between(0, 50))],
    ])
    this.#watched(this.#storage.keys.commit(changes), () => {
      this.#keys.acknowledged = Math.max(this.#keys.acknowledged, value)
    })
  }

  #deleteRecords({ model, partition }: SimulatedPartition): void {
    const before = this.#random.between(partition.logStartOffset, partition.highWatermark)
    model.deletedBefore = Math.max(model.deletedBefore, before)
    this.#watched(partition.deleteRecords(before), (logStart) => {
      assert.ok(logStart >= before)
      this.counts.deletions++
    })
  }

  #deleteTopic(topic: SimulatedTopic): void {
    if (topic.deleting) return
    topic.deleting = true
    const deletion = this.#storage.deleteTopic(topic.topicId)
    deletion.then(
      () => this.#replaceTopic(topic),
      (error) => {
        topic.deleting = false
        topic.deletionRefused = true
        this.#check(() => assert.equal(error.name, 'KAFKA_STORAGE_ERROR', String(error?.stack)))
      },
    )
  }

  #replaceTopic(topic: SimulatedTopic): void {
    this.#deleted.push(topic.topicId)
    this.#topics.splice(this.#topics.indexOf(topic), 1)
    const created = this.#newTopic(topic.topic)
    this.#topics.push(created)
    void this.#openTopic(created)
  }

  #changeFaults(): void {
    const { faults } = this.#process.files
    faults.full = faults.full > 0 ? 0 : this.#random.pick([0, 0.5, 1])
    faults.broken = this.#random.pick([0, 0, 0, 0.05, 0.3])
    this.#trace('faults', faults)
  }

  #seeBounds(): void {
    this.#check(() => {
      for (const { partitions } of this.#topics)
        for (const { model, partition } of partitions) {
          if (this.#hasRetention) model.deletedBefore = partition.highWatermark
          model.seeBounds(partition.logStartOffset, partition.highWatermark)
        }
      this.#seeKeys()
    })
  }

  async #crash(): Promise<void> {
    this.counts.crashes++
    await this.#simulation.settled()
    this.#seeBounds()
    const losesPower = this.#random.chance(0.6)
    if (losesPower) this.#simulation.disk.losePower(this.#random)
    this.#trace(losesPower ? 'power loss' : 'kill')
    await this.#begin(losesPower && this.#settings.flushPolicy === 'os')
  }

  async #restart(): Promise<void> {
    this.counts.restarts++
    this.#trace('restart')
    await this.#simulation.until(this.#storage.close())
    assert.equal(this.#process.files.openFiles, 0, 'files are still open')
    await this.#begin(false)
  }

  async #begin(mayHaveLostEnd: boolean): Promise<void> {
    for (const { partitions } of this.#topics)
      for (const { model, producers } of partitions) {
        model.beginProcess()
        for (const producer of producers) producer.beginProcess()
      }
    this.#process = this.#newProcess()
    await this.#open(mayHaveLostEnd)
    if (mayHaveLostEnd) this.#acceptLoss()
    await this.#verify()
  }

  async #open(mayHaveLostEnd: boolean): Promise<void> {
    const { files } = this.#process
    if (this.#random.chance(0.1) && !this.#ending) files.faults.full = 0.3
    for (;;) {
      const opening = openStorage({ runtime: this.#process, directory, settings: this.#settings })
      try {
        this.#storage = await this.#simulation.until(opening)
        break
      } catch (error) {
        if (error instanceof DamagedLogError || files.faults.full === 0) throw error
        assert.equal(files.openFiles, 0, 'files are still open after a failed start')
        files.faults.full = 0
      }
    }
    while (this.#topics.length < 2) this.#topics.push(this.#newTopic(`topic-${this.#topics.length}`))
    for (const topic of [...this.#topics]) {
      const wasDeleted =
        (topic.deleting || topic.deletionRefused) && this.#storage.partition(topic.topicId, 0) === undefined
      topic.deleting = false
      if (wasDeleted) this.#replaceTopic(topic)
      else await this.#simulation.until(this.#openTopic(topic))
    }
    if (mayHaveLostEnd) this.#deleted = []
    for (const topicId of this.#deleted) assert.equal(this.#storage.partition(topicId, 0), undefined, 'a topic is back')
  }

  #newTopic(topic: string): SimulatedTopic {
    const topicId = `id-${this.#topicCount++}`
    const partitions = Array.from({ length: this.#random.between(1, 2) }, (_, partition) => {
      const model = new PartitionModel(`${topic}(${topicId})-${partition}`)
      const producers = [1, 2].map(
        (producerId) =>
          new IdempotentProducer({
            model,
            producerId,
            maxInFlight: producerId * 2,
            nextOrder: () => this.#order++,
            check: (check) => this.#check(check),
          }),
      )
      return { model, producers, partition: undefined as unknown as Partition }
    })
    return { topic, topicId, partitions, deleting: false, deletionRefused: false }
  }

  async #openTopic({ topic, topicId, partitions }: SimulatedTopic): Promise<void> {
    const ids = partitions.map((_, partition) => ({ topic, topicId, partition }))
    const opened = await this.#storage.openPartitions(ids, this.#topicSettings)
    for (const [i, partition] of opened.entries()) partitions[i]!.partition = partition
  }

  #acceptLoss(): void {
    for (const { partitions } of this.#topics)
      for (const { model, producers, partition } of partitions) {
        model.loseEnd(partition.highWatermark)
        for (const producer of producers) producer.forget(this.#order++)
      }
    this.#keys.acknowledged = 0
  }

  /** Reads everything. */
  async #verify(): Promise<void> {
    for (const { partitions } of this.#topics)
      for (const { model, partition } of partitions) {
        const { logStartOffset, highWatermark } = partition
        if (this.#hasRetention) model.deletedBefore = highWatermark
        const reading = readAll(partition, this.#random.pick([1, 300, 10_000])).catch((error) => error as Error)
        const records = await this.#simulation.until(reading)
        // Retention and deletion go on meanwhile.
        if (partition.logStartOffset > logStartOffset) continue
        if (records instanceof Error) throw records
        model.seeAll(records, logStartOffset, highWatermark)
        await this.#verifyTime(partition, records)
      }
    this.#seeKeys()
  }

  async #verifyTime(
    partition: Partition,
    records: readonly { readonly offset: number; readonly timestamp: number }[],
  ): Promise<void> {
    if (records.length === 0) return
    const { timestamp } = this.#random.pick(records)
    const expected = records.find((record) => record.timestamp >= timestamp)
    const start = partition.logStartOffset
    const found = await this.#simulation.until(partition.offsetForTime(timestamp))
    if (partition.logStartOffset === start) assert.equal(found?.offset, expected?.offset, `the offset for ${timestamp}`)
  }

  #seeKeys(): void {
    const { entries } = this.#storage.keys
    const value = Number(entries.get('left') ?? 0)
    assert.equal(Number(entries.get('right') ?? 0), value, 'keys were not committed together')
    const { acknowledged, attempted } = this.#keys
    assert.ok(value >= acknowledged && value <= attempted, `key ${value}, acknowledged ${acknowledged} of ${attempted}`)
    if (value > 0) assert.ok(entries.has(`once-${value}`))
  }

  /** When the faults are over everything works again, with no restart. */
  async #end(): Promise<void> {
    this.#ending = true
    Object.assign(this.#process.files.faults, { full: 0, broken: 0 })
    await this.#pass(20_000)
    for (const topic of [...this.#topics]) for (const target of topic.partitions) await this.#mustAppend(target)
    if (this.#failure !== undefined) throw this.#failure
    await this.#verify()
    await this.#restart()
    // Sometimes only: it takes as long as all the rest.
    if (this.#random.chance(0.1) && this.#settings.maxPartitionsAtClose !== 1) await this.#seeNoLitter()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** What crashes and failures have left behind is gone after two checkpoints. */
  async #seeNoLitter(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const topic of [...this.#topics]) await this.#mustAppend(topic.partitions[0]!)
      await this.#restart()
    }
    const { files } = this.#process
    const commits = await this.#simulation.until(files.list(`${directory}/commit`))
    // Since the roll of the checkpoint before the last: that file, two of a life of the storage, the next two, a spare one.
    assert.ok(commits.length <= 6, `the commit log has ${commits}`)
    const checkpoints = await this.#simulation.until(files.list(`${directory}/checkpoints`))
    assert.equal(checkpoints.length, 2)
  }

  async #mustAppend({ model, partition }: SimulatedPartition): Promise<void> {
    const batch = this.#newBatch()
    model.send(batch)
    const { baseOffset } = await this.#simulation.until(partition.append(packed(batch), { origin: 'client' }))
    model.acknowledge(batch, baseOffset, false)
  }

  async #pass(ms: number): Promise<void> {
    await this.#simulation.until(new Promise<void>((resolve) => this.#process.timer(ms, resolve)))
  }

  #watched<T>(promise: Promise<T>, check: (result: T) => void): void {
    promise.then(
      (result) => this.#check(() => check(result)),
      (error) => {
        this.counts.refused++
        const allowed = ['KAFKA_STORAGE_ERROR', 'UNKNOWN_TOPIC_OR_PARTITION', 'OFFSET_OUT_OF_RANGE']
        this.#check(() => assert.ok(error instanceof KafkaError && allowed.includes(error.name), String(error?.stack)))
      },
    )
  }

  #check(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#failure ??= error
    }
  }
}
