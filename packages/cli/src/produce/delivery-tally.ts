import type { Producer, ProducerRecord, RecordMetadata } from '@ottla/client'
import type { Runtime } from '@ottla/runtime'

/** What arrived in a partition; offsets are undefined where the broker does not tell them (acks 0). */
interface PartitionTally {
  records: number
  firstOffset: number | undefined
  lastOffset: number | undefined
}

/** What a record costs in memory while it is on its way, besides its bytes. */
const recordOverheadBytes = 256
const maxPendingBytes = 32 * 1024 * 1024

/** Sends records, holds its caller back while too many are on their way, and counts what arrives. */
export class DeliveryTally {
  readonly #producer: Producer
  readonly #monotonic: () => number
  readonly #startedMs: number
  readonly partitions = new Map<number, PartitionTally>()
  /** The first error; nothing more is to be sent then. */
  failure: unknown
  records = 0
  bytes = 0
  #pendingBytes = 0
  #waiting: (() => void)[] = []

  constructor(producer: Producer, { monotonic }: Runtime) {
    this.#producer = producer
    this.#monotonic = monotonic
    this.#startedMs = monotonic()
  }

  get elapsedMs(): number {
    return this.#monotonic() - this.#startedMs
  }

  /** Settles when there is room for more. */
  async send(records: readonly ProducerRecord[]): Promise<void> {
    const bytes = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0)
    const costBytes = bytes + records.length * recordOverheadBytes
    this.#pendingBytes += costBytes
    const sent = this.#producer.sendBatch(records).then(
      (delivered) => this.#count(delivered, bytes),
      (error) => {
        this.failure ??= error
      },
    )
    void sent.finally(() => {
      this.#pendingBytes -= costBytes
      this.#wake()
    })
    while (this.#pendingBytes > maxPendingBytes && this.failure === undefined) await this.#change()
  }

  /** Settles when all that was sent has arrived, or failed. */
  async settled(): Promise<void> {
    while (this.#pendingBytes > 0) await this.#change()
  }

  #count(delivered: readonly RecordMetadata[], bytes: number): void {
    this.records += delivered.length
    this.bytes += bytes
    for (const { partition, offset } of delivered) {
      let tally = this.partitions.get(partition)
      if (tally === undefined) {
        tally = { records: 0, firstOffset: undefined, lastOffset: undefined }
        this.partitions.set(partition, tally)
      }
      tally.records++
      if (offset < 0) continue
      if (tally.firstOffset === undefined || offset < tally.firstOffset) tally.firstOffset = offset
      if (tally.lastOffset === undefined || offset > tally.lastOffset) tally.lastOffset = offset
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
