import { KafkaError } from '@ottla/protocol'
import type { CoordinatorLog, CoordinatorRecord } from '../coordinator-log.ts'

interface StoredBatch {
  readonly baseOffset: number
  readonly records: readonly CoordinatorRecord[]
}

interface StoredPartition {
  batches: StoredBatch[]
  endOffset: number
  startOffset: number
}

/** What a test wants of the disk. */
export interface MemoryLogFaults {
  /** Waits as long as the disk takes. */
  delay(): Promise<void>
  /** Whether an append fails: `before` it is written, or `after`, so that the records are there all the same. */
  failure(): 'before' | 'after' | undefined
}

const noFaults: MemoryLogFaults = { delay: async () => {}, failure: () => undefined }

/** A coordinator's log in memory. It outlives the coordinator that writes it, and loses what was not durable. */
export class MemoryLog implements CoordinatorLog {
  readonly #count: number
  readonly #partitions: StoredPartition[] = []
  readonly #lasts: Promise<unknown>[] = []
  readonly faults: MemoryLogFaults
  /** Batches that were written for a coordinator that has crashed are lost. */
  #life = 0

  constructor(partitionCount: number, faults: MemoryLogFaults = noFaults) {
    this.#count = partitionCount
    this.faults = faults
  }

  partitionCount(): number | undefined {
    return this.#partitions.length === 0 ? undefined : this.#count
  }

  async create(): Promise<number> {
    while (this.#partitions.length < this.#count) this.#partitions.push({ batches: [], endOffset: 0, startOffset: 0 })
    return this.#count
  }

  crash(): void {
    this.#life++
    this.#lasts.length = 0
  }

  async append(partition: number, records: readonly CoordinatorRecord[]): Promise<{ endOffset: number }> {
    const life = this.#life
    const last = this.#lasts[partition]
    const append = (async () => {
      await last?.catch(() => {})
      await this.faults.delay()
      if (life !== this.#life) return new Promise<never>(() => {})
      const failure = this.faults.failure()
      const stored = this.#partitions[partition]!
      if (failure !== 'before') {
        stored.batches.push({ baseOffset: stored.endOffset, records })
        stored.endOffset += records.length
      }
      if (failure !== undefined) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the disk is full')
      return { endOffset: stored.endOffset }
    })()
    this.#lasts[partition] = append
    return append
  }

  async *read(partition: number): AsyncGenerator<readonly CoordinatorRecord[]> {
    const stored = this.#partitions[partition]!
    for (const { baseOffset, records } of stored.batches) {
      const skipped = Math.max(stored.startOffset - baseOffset, 0)
      yield records.slice(skipped)
    }
  }

  async deleteBefore(partition: number, offset: number): Promise<void> {
    const life = this.#life
    await this.faults.delay()
    if (life !== this.#life) return new Promise<never>(() => {})
    const stored = this.#partitions[partition]!
    stored.startOffset = Math.max(stored.startOffset, offset)
    stored.batches = stored.batches.filter(({ baseOffset, records }) => baseOffset + records.length > offset)
  }

  /** Records that are in the log now. */
  recordsCount(partition: number): number {
    const { endOffset, startOffset } = this.#partitions[partition]!
    return endOffset - startOffset
  }
}
