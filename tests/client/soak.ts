// Whether the client's memory stays flat: a producer and a group whose members come and go, for minutes, against Ottla in a
// process of its own.
//   npm run soak                 10 minutes
//   npm run soak -- --minutes N
// It fails when the heap has grown, or a record is missing.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Client, type Consumer, createClient } from '@ottla/client'
import { startServer } from '../compat/harness/server.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
const topic = 'soak'
const partitions = 6
const sampleMs = 5_000
const mostGrowth = 1.1

interface Sample {
  readonly atMs: number
  readonly heapBytes: number
  readonly residentBytes: number
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)

class Soak {
  readonly #client: Client
  readonly #endMs = Date.now() + minutes * 60_000
  readonly #samples: Sample[] = []
  readonly #beganMs = Date.now()
  /** Of each partition, the next offset that is to be handled: all before were. */
  readonly #handledTo = Array.from({ length: partitions }, () => 0)
  #sent = 0
  #handled = 0
  #again = 0
  #rebalances = 0

  constructor(bootstrap: string) {
    this.#client = createClient({ bootstrap })
  }

  async run(): Promise<boolean> {
    await this.#client.admin().createTopics([{ name: topic, partitions }])
    const steady = [this.#start(), this.#start()]
    await Promise.all([this.#produce(), this.#comeAndGo(), this.#watch()])
    const deadlineMs = Date.now() + 60_000
    while (this.#missing() > 0 && Date.now() < deadlineMs) await sleep(100)
    await Promise.all(steady.map((consumer) => consumer.close()))
    await this.#client.close()
    return this.#report()
  }

  get #isOver(): boolean {
    return Date.now() >= this.#endMs
  }

  #missing(): number {
    return this.#sent - this.#handledTo.reduce((sum, offset) => sum + offset, 0)
  }

  async #produce(): Promise<void> {
    const producer = this.#client.producer({ compression: 'lz4' })
    const value = Buffer.alloc(200, 'soak ')
    while (!this.#isOver) {
      const records = Array.from({ length: 100 }, (_, i) => ({ topic, key: `k${i % 17}`, value }))
      await Promise.all(records.map((record) => producer.send(record)))
      this.#sent += records.length
      await sleep(20)
    }
  }

  #start(): Consumer {
    const consumer = this.#client.consumer({
      groupId: topic,
      topics: topic,
      groupProtocol: 'classic',
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: 500,
      autoCommitIntervalMs: 1_000,
      onPartitionsAssigned: () => this.#rebalances++,
    })
    void consumer.run({ concurrency: 3, eachRecord: ({ partition, offset }) => this.#handle(partition, offset) })
    return consumer
  }

  #handle(partition: number, offset: number): void {
    this.#handled++
    if (offset === this.#handledTo[partition]) this.#handledTo[partition] = offset + 1
    else if (offset < this.#handledTo[partition]!) this.#again++
    else throw new Error(`offset ${offset} of partition ${partition} came before ${this.#handledTo[partition]}`)
  }

  /** A third member, every few seconds another one. */
  async #comeAndGo(): Promise<void> {
    while (!this.#isOver) {
      const consumer = this.#start()
      await sleep(3_000)
      await consumer.close()
      await sleep(1_000)
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await sleep(sampleMs)
      gc!()
      const { heapUsed, rss } = process.memoryUsage()
      this.#samples.push({ atMs: Date.now() - this.#beganMs, heapBytes: heapUsed, residentBytes: rss })
      if (this.#samples.length % 12 === 0) this.#tell(this.#samples.at(-1)!)
    }
  }

  #tell({ atMs, heapBytes, residentBytes }: Sample): void {
    const at = `${(atMs / 60_000).toFixed(1)} min`
    const memory = `heap ${mebibytes(heapBytes)} MiB, resident ${mebibytes(residentBytes)} MiB`
    console.log(`${at}: ${memory}; ${this.#sent} sent, ${this.#handled} handled, ${this.#rebalances} assignments`)
  }

  /** The second fifth, when all is warm, beside the last. */
  #report(): boolean {
    const { length } = this.#samples
    const fifth = Math.max(1, Math.floor(length / 5))
    const before = median(this.#samples.slice(fifth, 2 * fifth).map((sample) => sample.heapBytes))
    const after = median(this.#samples.slice(length - fifth).map((sample) => sample.heapBytes))
    const growth = `heap ${mebibytes(before)} MiB, then ${mebibytes(after)} MiB`
    console.log(`${minutes} minutes, ${this.#rebalances} assignments, ${this.#handled} records handled: ${growth}`)
    console.log(`${this.#missing()} records missing, ${this.#again} handled again`)
    return this.#missing() === 0 && after <= before * mostGrowth
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
}

const directory = mkdtempSync(join(tmpdir(), 'ottla-soak-'))
const server = await startServer('ottla', { directory })
try {
  process.exitCode = (await new Soak(server.address).run()) ? 0 : 1
} finally {
  await server.dispose()
  rmSync(directory, { recursive: true, force: true })
}
