import { producedBatch } from '@ottla/protocol'
import type {
  Appended,
  Partition,
  PartitionId,
  ProducerSummary,
  ReadOptions,
  ReadResult,
  Storage,
  TopicSettings,
} from '@ottla/storage'

interface StoredBatch {
  readonly base: number
  readonly last: number
  readonly maxTimestamp: number
  readonly bytes: Buffer
}

/**
 * A log in an array: enough of the contract to test the server against. Appends become readable when the test lets them:
 * at once, or, after `hold`, with `release`.
 */
export class MemoryPartition implements Partition {
  leaderEpoch = 0
  logStartOffset = 0
  highWatermark = 0
  settings: TopicSettings
  readonly id: PartitionId
  /** How often `read` was called. */
  reads = 0
  /** Makes `read` answer later, as from disk. */
  readsFromDisk = false
  /** What the next calls of `append` fail with. */
  failure: Error | undefined
  private readonly stored: StoredBatch[] = []
  private readonly listeners = new Set<() => void>()
  private held: (() => void)[] | undefined
  private endOffset = 0

  constructor(id: PartitionId, settings: TopicSettings) {
    this.id = id
    this.settings = settings
  }

  get lastStableOffset() {
    return this.highWatermark
  }
  get sizeBytes() {
    return this.stored.reduce((bytes, batch) => bytes + batch.bytes.length, 0)
  }
  get listenerCount() {
    return this.listeners.size
  }

  /** Appends wait from now on. */
  hold(): void {
    this.held ??= []
  }

  release(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const durable of held) durable()
  }

  async append(records: Buffer): Promise<Appended> {
    if (this.failure !== undefined) throw this.failure
    const batch = producedBatch(records)
    const base = this.endOffset
    batch.baseOffset = base
    batch.partitionLeaderEpoch = this.leaderEpoch
    const last = base + batch.lastOffsetDelta
    this.endOffset = last + 1
    this.stored.push({ base, last, maxTimestamp: batch.maxTimestamp, bytes: batch.bytes })
    await new Promise<void>((resolve) => {
      const durable = () => {
        this.highWatermark = last + 1
        this.notify()
        resolve()
      }
      if (this.held === undefined) durable()
      else this.held.push(durable)
    })
    return {
      baseOffset: base,
      lastOffset: last,
      logAppendTimeMs: -1,
      logStartOffset: this.logStartOffset,
      duplicate: false,
    }
  }

  read(options: ReadOptions): ReadResult | Promise<ReadResult> {
    this.reads++
    const result = this.readNow(options)
    return this.readsFromDisk ? Promise.resolve().then(() => result) : result
  }

  private readNow({ from, maxBytes, atLeastOneBatch }: ReadOptions): ReadResult {
    const batches: Buffer[] = []
    let bytes = 0
    for (const batch of this.stored) {
      if (batch.last < from || batch.last >= this.highWatermark) continue
      if (bytes + batch.bytes.length > maxBytes && !(atLeastOneBatch && batches.length === 0)) break
      batches.push(batch.bytes)
      bytes += batch.bytes.length
    }
    const { highWatermark, lastStableOffset, logStartOffset } = this
    return { batches, bytes, highWatermark, lastStableOffset, logStartOffset, abortedTransactions: [] }
  }

  bytesAvailable(from: number, _isolation: ReadOptions['isolation'], limit: number): number {
    let bytes = 0
    for (const batch of this.stored)
      if (batch.last >= from && batch.last < this.highWatermark) bytes += batch.bytes.length
    return Math.min(bytes, limit)
  }

  async offsetForTime(timestamp: number) {
    const found = this.stored.find((batch) => batch.maxTimestamp >= timestamp)
    return found && { offset: found.base, timestamp: found.maxTimestamp, leaderEpoch: this.leaderEpoch }
  }

  async offsetOfMaxTimestamp() {
    const [latest] = [...this.stored].sort((a, b) => b.maxTimestamp - a.maxTimestamp)
    return latest && { offset: latest.base, timestamp: latest.maxTimestamp, leaderEpoch: this.leaderEpoch }
  }

  endOfEpoch(epoch: number) {
    return epoch < 0 ? undefined : { epoch: Math.min(epoch, this.leaderEpoch), endOffset: this.highWatermark }
  }

  epochOf(): number {
    return this.leaderEpoch
  }

  async deleteRecords(before: number): Promise<number> {
    this.logStartOffset = Math.max(this.logStartOffset, before)
    this.notify()
    return this.logStartOffset
  }

  producers(): readonly ProducerSummary[] {
    return []
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private notify(): void {
    for (const listener of [...this.listeners]) listener()
  }
}

export class MemoryStorage implements Pick<Storage, 'partition'> {
  private readonly partitions = new Map<string, MemoryPartition>()

  add(partition: MemoryPartition): void {
    this.partitions.set(`${partition.id.topicId}/${partition.id.partition}`, partition)
  }

  removeTopic(topicId: string): void {
    for (const key of [...this.partitions.keys()]) if (key.startsWith(topicId)) this.partitions.delete(key)
  }

  partition(topicId: string, partition: number): MemoryPartition | undefined {
    return this.partitions.get(`${topicId}/${partition}`)
  }
}
