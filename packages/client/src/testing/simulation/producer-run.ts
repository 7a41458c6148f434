import { equal, ok } from 'node:assert/strict'
import { Cluster } from '../../connection/cluster.ts'
import type { OttlaError } from '../../ottla-error.ts'
import { Producer } from '../../producer/producer.ts'
import type { RecordMetadata } from '../../producer/record.ts'
import { FakeCluster, type FakeTopic } from '../fake-cluster.ts'
import { SimulatedRuntime } from '../simulated-runtime.ts'
import type { Simulation } from './simulation.ts'
import { aftermathMs, Trouble } from './trouble.ts'

interface Sent {
  readonly key: string
  readonly value: string
  readonly metadata: RecordMetadata | undefined
  readonly error?: OttlaError
  /** So long it took to settle. */
  readonly afterMs: number
}

const keys = 10
const troubleMs = 8_000

/** An idempotent producer: nothing acknowledged is lost, nothing is written twice, keys keep their order. */
export class ProducerRun implements Simulation {
  readonly counts = { acknowledged: 0, failed: 0 }
  readonly #runtime: SimulatedRuntime
  readonly #fake: FakeCluster
  readonly #topic: FakeTopic
  /** Short ones leave gaps in the sequences. */
  readonly #deliveryTimeoutMs: number

  constructor(seed: number) {
    this.#runtime = new SimulatedRuntime(seed)
    this.#fake = new FakeCluster(this.#runtime, 3)
    this.#topic = this.#fake.createTopic('t', 4)
    this.#deliveryTimeoutMs = this.#runtime.chance.happens(0.3) ? 4_000 : 40_000
  }

  run(): Promise<void> {
    return this.#runtime.run(() => this.#play(), 200_000)
  }

  async #play(): Promise<void> {
    const { chance } = this.#runtime
    await this.#fake.start()
    const cluster = new Cluster({
      bootstrap: this.#fake.bootstrap,
      runtime: this.#runtime,
      requestTimeoutMs: 3_000,
      connectTimeoutMs: 2_000,
    })
    const producer = new Producer(cluster, {
      deliveryTimeoutMs: this.#deliveryTimeoutMs,
      topicTimeoutMs: this.#deliveryTimeoutMs,
      batchBytes: 300 + chance.integer(2_000),
      lingerMs: chance.happens(0.5) ? 0 : chance.integer(30),
    })
    const trouble = new Trouble({ fake: this.#fake, topic: this.#topic, untilMs: troubleMs, everyMs: 1_500 })
    const [sent] = await Promise.all([this.#send(producer), trouble.run()])
    // All is well again: so is the producer.
    await this.#runtime.sleep(aftermathMs)
    const last = await Promise.all(Array.from({ length: keys }, (_, key) => this.#sendOne(producer, `key ${key}`, 'z')))
    await producer.close()
    cluster.close()
    // A record may wait for its topic before it is in a batch that is to be delivered.
    this.#check([...sent, ...last], 2 * this.#deliveryTimeoutMs + trouble.frozenMs + 1_000)
    for (const { error } of last) ok(error === undefined, `after the trouble: ${error?.message}`)
  }

  /** Records of a few keys, each numbered, until the trouble is over. */
  async #send(producer: Producer): Promise<Sent[]> {
    const { chance } = this.#runtime
    const sending: Promise<Sent>[] = []
    for (let number = 0; this.#runtime.monotonic() < troubleMs + 1_000; number++) {
      const key = `key ${chance.integer(keys)}`
      sending.push(this.#sendOne(producer, key, String(number).padStart(6, '0')))
      if (chance.happens(0.4)) await this.#runtime.sleep(chance.next() * 150)
      if (chance.happens(0.005)) await producer.flush()
    }
    return Promise.all(sending)
  }

  async #sendOne(producer: Producer, key: string, text: string): Promise<Sent> {
    const value = `${key} ${text}`
    const beganMs = this.#runtime.monotonic()
    const afterMs = () => this.#runtime.monotonic() - beganMs
    return producer.send({ topic: 't', key, value }).then(
      (metadata) => ({ key, value, metadata, afterMs: afterMs() }),
      (error) => ({ key, value, metadata: undefined, error, afterMs: afterMs() }),
    )
  }

  #check(sent: readonly Sent[], limitMs: number): void {
    const { partitions } = this.#topic
    const written = partitions.flatMap(({ log }) => log.records.map((record) => record.value))
    equal(new Set(written).size, written.length, 'a record is there twice')
    for (const { value, metadata, error, afterMs } of sent) {
      ok(afterMs < limitMs, `${value} took ${afterMs} ms to settle`)
      if (error !== undefined) this.#checkFailure(value, error)
      if (metadata === undefined) continue
      this.counts.acknowledged++
      const there = partitions[metadata.partition]!.log.records[metadata.offset]?.value
      equal(there, value, 'an acknowledged record is not where it should be')
    }
    for (const { log } of partitions)
      for (let key = 0; key < keys; key++) {
        const ofKey = log.records.filter((record) => record.key === `key ${key}`).map((record) => record.value)
        equal(ofKey.join(), [...ofKey].sort().join(), 'a key is out of order')
      }
  }

  #checkFailure(value: string, error: OttlaError): void {
    this.counts.failed++
    // A topic that nobody can tell about is none that could be sent to.
    const isExpected = error.name === 'DELIVERY_TIMEOUT' || error.retriable
    ok(isExpected, `${value}: ${error.name} ${error.message}`)
  }
}
