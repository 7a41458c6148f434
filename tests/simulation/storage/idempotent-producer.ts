import assert from 'node:assert/strict'
import { KafkaError } from '@ottla/protocol'
import type { Partition } from '@ottla/storage'
import type { PartitionModel, SentBatch } from './partition-model.ts'
import { packed } from './records.ts'

interface Pending {
  readonly batch: SentBatch
  readonly baseSequence: number
}

/** A producer as Kafka's clients are: several batches in flight, and after a failure all of them again, in order. */
export class IdempotentProducer {
  readonly #model: PartitionModel
  #producerId: number
  readonly #nextOrder: () => number
  readonly #check: (check: () => void) => void
  readonly #maxInFlight: number
  #nextSequence = 0
  #pending: Pending[] = []
  #inFlight = 0
  #failed = false

  constructor(options: {
    readonly model: PartitionModel
    readonly producerId: number
    readonly maxInFlight: number
    readonly nextOrder: () => number
    /** Takes note of what a check throws. */
    readonly check: (check: () => void) => void
  }) {
    this.#model = options.model
    this.#producerId = options.producerId
    this.#maxInFlight = options.maxInFlight
    this.#nextOrder = options.nextOrder
    this.#check = options.check
  }

  get mayRetry(): boolean {
    return this.#inFlight === 0 && this.#pending.length > 0
  }

  send(partition: Partition, batch: SentBatch): void {
    if (this.#failed || this.#inFlight >= this.#maxInFlight || this.#pending.length > this.#inFlight) return
    this.#model.send(batch)
    const pending = { batch, baseSequence: this.#nextSequence }
    this.#nextSequence += batch.values.length
    this.#pending.push(pending)
    this.#attempt(partition, pending, false)
    // A request that was sent again before its answer came.
    if (pending.baseSequence % 5 === 4) this.#attempt(partition, pending, false)
  }

  retry(partition: Partition): void {
    this.#failed = false
    for (const [i, pending] of [...this.#pending.slice(0, this.#maxInFlight)].entries())
      this.#attempt(partition, pending, i === 0)
  }

  /** The process that it spoke to is dead: no answer will come. */
  beginProcess(): void {
    this.#inFlight = 0
  }

  /** The end of the log is gone, and its producer state with it: go on as another producer would. */
  forget(newProducerId: number): void {
    this.#producerId = newProducerId
    this.#pending = []
    this.#nextSequence = 0
  }

  #attempt(partition: Partition, pending: Pending, isFirst: boolean): void {
    this.#inFlight++
    const batch = { ...pending.batch, order: this.#nextOrder() }
    const producing = { producerId: this.#producerId, producerEpoch: 0, baseSequence: pending.baseSequence }
    partition.append(packed(batch, producing), { origin: 'client' }).then(
      ({ baseOffset, lastOffset, duplicate }) => {
        this.#inFlight--
        this.#pending = this.#pending.filter((one) => one !== pending)
        this.#check(() => {
          assert.equal(lastOffset - baseOffset + 1, batch.values.length)
          this.#model.acknowledge(batch, baseOffset, duplicate)
        })
      },
      (error) => {
        this.#inFlight--
        this.#failed = true
        const allowed = ['KAFKA_STORAGE_ERROR', 'UNKNOWN_TOPIC_OR_PARTITION']
        if (!isFirst) allowed.push('OUT_OF_ORDER_SEQUENCE_NUMBER')
        this.#check(() =>
          assert.ok(error instanceof KafkaError && allowed.includes(error.name), `${error.name}: ${error.message}`),
        )
      },
    )
  }
}
