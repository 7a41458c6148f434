import { KafkaError, PackedBatch as Packed, type PackedBatch } from '@ottla/protocol'
import type { PartitionLog, QueuedAppend, ReadLimits } from '../leader/partition-log.ts'
import { PartitionState } from '../leader/partition-state.ts'
import type { StampedBatch } from '../leader/stamped-batch.ts'
import type { PartitionId } from '../partition.ts'
import type { TopicSettings } from '../topic-settings.ts'
import type { CheckpointBody } from './checkpoint.ts'
import { writePartitionId } from './commit-format.ts'
import { BatchItem, StartItem } from './commit-items.ts'
import type { LocalLogStore } from './local-log-store.ts'
import { Segment } from './segment.ts'
import type { SegmentPlace } from './segment-reader.ts'
import { removeSegment, syncSegment, writeBatches } from './segment-writer.ts'
import { Tail } from './tail.ts'
import { unopenedSettings } from './unopened-settings.ts'

const noSegments: readonly Segment[] = []

/**
 * One partition on the local disk:
 *
 *     commit log   ........................[ entries, shared with all partitions ]
 *     segments     | 0.log | 812.log | 1630.log ·········|
 *     tail                                      | batches in memory |
 *                  ^log start          ^active  ^flushed            ^end of what is durable
 *
 * What changes files (flush, sync, trim, drop) runs one after the other, in `#exclusively`. Reads do not wait for it.
 */
export class LocalLog implements PartitionLog {
  readonly id: PartitionId
  /** Names this log in the commit log; never used again for another. */
  readonly logId: number
  readonly state = new PartitionState()
  readonly #store: LocalLogStore
  #settings: TopicSettings
  listener: (() => void) | undefined = undefined
  /** The commit log knows what `logId` stands for. */
  declared = false
  /** Its deletion is queued: nothing is appended any more. */
  closing = false
  /** Its deletion is durable. */
  dropped = false
  /** There may be files that a crash has left behind. */
  littered = false
  #segments: readonly Segment[] = noSegments
  #tail: Tail | undefined = undefined
  #endPosition = 0
  #busy: Promise<void> | undefined = undefined

  constructor(store: LocalLogStore, id: PartitionId, logId: number, settings: TopicSettings) {
    this.#store = store
    this.id = id
    this.logId = logId
    this.#settings = settings
  }

  get directory(): string {
    return this.#store.directoryOf(this.id)
  }
  get segments(): readonly Segment[] {
    return this.#segments
  }
  get tailBytes(): number {
    return this.#tail?.bytes ?? 0
  }
  /** Without the segments that only wait for their removal. */
  get sizeBytes(): number {
    const { logStartOffset, endOffset } = this.state
    if (this.#segments.length === 0 || logStartOffset === endOffset) return 0
    return this.#endPosition - this.#segments[this.#segmentIndexOf(logStartOffset)]!.startPosition
  }
  get maxTimestamp(): number {
    let max = -1
    for (const segment of this.#segments) max = Math.max(max, segment.maxTimestamp)
    return max
  }

  get hasRoom(): boolean {
    return this.#store.hasRoom
  }
  room(): Promise<void> {
    return this.#store.room()
  }

  append(batch: StampedBatch, queued: QueuedAppend): void {
    if (this.closing) throw this.#deleted()
    batch.detach()
    const item = new BatchItem(this.#store, this, batch, queued)
    this.#store.commit(item)
    this.#store.queueGrew(item.bytes)
  }

  #deleted(): KafkaError {
    return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `${this.id.topic}-${this.id.partition} was deleted`)
  }

  /** A batch is durable: the next one in the tail and in the state. At recovery, too. */
  apply(batch: StampedBatch): void {
    this.hold(batch)
    this.state.replay(batch, this.#store.runtime.now())
  }

  /** A batch that the state knows of already. */
  hold(batch: StampedBatch): void {
    const active = this.#segmentFor(batch)
    batch.position = this.#endPosition
    const bytes = batch.bytes.length
    active.size += bytes
    active.maxTimestamp = Math.max(active.maxTimestamp, batch.maxTimestamp)
    this.#endPosition += bytes
    this.#tail ??= new Tail()
    this.#store.tailGrew(this, this.#tail.push(batch))
  }

  #segmentFor(batch: StampedBatch): Segment {
    const active = this.#segments[this.#segments.length - 1]
    if (active !== undefined && !this.#rolls(active, batch)) return active
    const segment = new Segment(batch.baseOffset, this.#endPosition, batch.maxTimestamp)
    this.#segments = [...this.#segments, segment]
    return segment
  }

  // By the records' own times, as in Kafka.
  #rolls(active: Segment, batch: StampedBatch): boolean {
    // What is replayed begins a new segment: an earlier life may have cut it at another place, and may have removed the
    // file of a segment that was behind the log start then. The same is true of one that is behind it now.
    if (active.resumed && this.littered) return true
    if (this.state.logStartOffset >= batch.baseOffset) return true
    if (active.size + batch.bytes.length > this.settings.segmentBytes) return true
    if (batch.lastOffset - active.baseOffset > 0x7fff_ffff) return true
    return active.firstTimestamp >= 0 && batch.maxTimestamp - active.firstTimestamp > this.settings.segmentMs
  }

  read(from: number, limits: ReadLimits): Uint8Array[] | Promise<Uint8Array[]> {
    if (this.dropped) return Promise.reject(this.#deleted())
    if (this.#tail !== undefined && from >= this.#tail.baseOffset) return readTail(this.#tail, from, limits)
    const segment = this.#segments[this.#segmentIndexOf(from)]!
    return this.#store.reader.read(this.#place(segment), from, limits).then(
      (bytes) => (bytes.length > 0 ? [bytes] : []),
      (error) => {
        throw this.dropped ? this.#deleted() : error
      },
    )
  }

  bytesFrom(from: number, limit: number): number {
    const tail = this.#tail
    if (tail !== undefined && from >= tail.baseOffset) {
      const index = tail.indexOf(from)
      return index === tail.count ? 0 : Math.min(limit, this.#endPosition - tail.at(index).position)
    }
    if (this.#segments.length === 0) return 0
    const index = this.#segmentIndexOf(from)
    const segment = this.#segments[index]!
    const offsets = this.#endOffsetOf(index) - segment.baseOffset
    const passed = (segment.size * Math.max(0, from - segment.baseOffset)) / offsets
    return Math.min(limit, this.#endPosition - segment.startPosition - Math.floor(passed))
  }

  async batchForTime(timestamp: number, from: number): Promise<PackedBatch | undefined> {
    // The tail first: what is flushed while the files are searched is then found in one or in the other.
    const inTail = this.#findInTail(timestamp, from)
    const segments = this.#segments
    for (const [index, segment] of segments.entries()) {
      const end = segments[index + 1]?.baseOffset ?? Infinity
      if (segment.maxTimestamp < timestamp || end <= from || segment.flushed === 0) continue
      const found = await this.#store.reader.findByTime(this.#place(segment), timestamp, from)
      if (found === undefined) continue
      // What lay behind the batch in the tail may have been flushed meanwhile too, and is found then.
      return inTail !== undefined && inTail.baseOffset < found.baseOffset ? inTail : found
    }
    return inTail
  }

  #findInTail(timestamp: number, from: number): PackedBatch | undefined {
    const tail = this.#tail
    if (tail === undefined) return undefined
    for (let i = tail.indexOf(from); i < tail.count; i++)
      if (tail.at(i).maxTimestamp >= timestamp) return new Packed(tail.at(i).bytes)
    return undefined
  }

  setLogStart(offset: number): Promise<void> {
    if (this.closing) return Promise.reject(this.#deleted())
    return new Promise((resolve, reject) => this.#store.commit(new StartItem(this, offset, resolve, reject)))
  }

  /** The log start has moved, durably: files wholly before it go. */
  startMoved(): void {
    void this.#exclusively(() => this.#trim()).catch((error) => {
      this.littered = true
      this.#store.runtime.log.write('warn', 'segments could not be removed', { ...this.id, err: error })
    })
  }

  /** Where retention puts the log start: behind the segments that are too old, or too many. */
  expiredBefore(nowMs: number): number {
    const { retentionMs, retentionBytes, cleanup } = this.settings
    let start = this.state.logStartOffset
    if (!cleanup.delete) return start
    let rest = this.sizeBytes
    for (const [index, segment] of this.#segments.entries()) {
      const end = this.#endOffsetOf(index)
      if (end <= start) continue
      const tooOld = segment.maxTimestamp >= 0 && nowMs - segment.maxTimestamp > retentionMs
      const tooMany = rest - segment.size >= retentionBytes
      if (!tooOld && !tooMany) break
      rest -= segment.size
      start = end
    }
    return start
  }

  /** Moves what is in the tail now into segment files. */
  flush(): Promise<void> {
    return this.#exclusively(() => this.#flush())
  }

  /**
   * Writes what a checkpoint says of this partition, and makes the files hold it. The two fit together because the first
   * happens in one step, and the second covers at least what was there then. False: there is nothing to say.
   */
  async checkpoint(into: CheckpointBody, sequence: () => number): Promise<boolean> {
    let encoded = false
    await this.#exclusively(async () => {
      const carriesTail = into.takesTail(this.tailBytes)
      encoded = this.encode(into, sequence(), carriesTail)
      if (!carriesTail) await this.#flush()
      for (const segment of this.#segments) await syncSegment(this.#store, this.#place(segment))
    })
    return encoded
  }

  /** What is in files is durable. */
  get synced(): boolean {
    if (this.#busy !== undefined) return false
    for (let i = this.#segments.length - 1; i >= 0; i--)
      if (this.#segments[i]!.synced < this.#segments[i]!.flushed) return false
    return true
  }

  /** With `carriesTail`, segments as they are in files, and the tail; else as they will be when the tail is flushed. */
  encode(into: CheckpointBody, sequence: number, carriesTail: boolean): boolean {
    if (this.dropped || !this.declared) return false
    const { partitions } = into
    partitions.int32(this.logId)
    partitions.int64(sequence)
    writePartitionId(partitions, this.id)
    this.state.encode(partitions)
    const segments = carriesTail ? this.#segments.filter((segment) => segment.flushed > 0) : this.#segments
    partitions.int32(segments.length)
    for (const segment of segments) {
      partitions.int64(segment.baseOffset)
      partitions.int64(carriesTail ? segment.flushed : segment.size)
      partitions.int64(carriesTail ? segment.flushedMaxTimestamp : segment.maxTimestamp)
      partitions.int64(segment.firstTimestamp)
    }
    const tail = carriesTail ? this.#tail : undefined
    partitions.int32(tail?.count ?? 0)
    for (let i = 0; i < (tail?.count ?? 0); i++) into.addBatch(tail!.at(i))
    return true
  }

  get busy(): boolean {
    return this.#busy !== undefined
  }

  /** Nothing is being done with its files. */
  async settled(): Promise<void> {
    while (this.#busy !== undefined) await this.#busy.catch(() => {})
  }

  /** A segment that a checkpoint names. */
  restoreSegment(baseOffset: number, size: number, maxTimestamp: number, firstTimestamp: number): void {
    const segment = new Segment(baseOffset, this.#endPosition, firstTimestamp)
    segment.size = segment.flushed = segment.synced = size
    segment.maxTimestamp = segment.flushedMaxTimestamp = maxTimestamp
    segment.resumed = true
    this.#endPosition += size
    this.#segments = [...this.#segments, segment]
  }

  get settings(): TopicSettings {
    return this.#settings
  }
  set settings(settings: TopicSettings) {
    const wereUnknown = this.#settings === unopenedSettings
    this.#settings = settings
    if (wereUnknown) this.#cutTail()
  }

  /** The settings are known only when recovery is over: what is not in files yet is cut into segments by them. */
  #cutTail(): void {
    const tail = this.#tail
    if (tail === undefined || this.#busy !== undefined) return
    const kept = this.#segments.filter((segment) => segment.flushed > 0)
    const last = kept[kept.length - 1]
    if (last !== undefined) {
      last.size = last.flushed
      last.maxTimestamp = last.flushedMaxTimestamp
    }
    this.#segments = kept
    this.#endPosition = last?.endPosition ?? tail.at(0).position
    for (let i = 0; i < tail.count; i++) {
      const batch = tail.at(i)
      const segment = this.#segmentFor(batch)
      segment.size += batch.bytes.length
      segment.maxTimestamp = Math.max(segment.maxTimestamp, batch.maxTimestamp)
      this.#endPosition += batch.bytes.length
    }
  }

  /** The partition is deleted, durably. Its files are removed with those of its topic. */
  async drop(): Promise<void> {
    await this.#exclusively(async () => {
      if (this.#tail !== undefined) this.#store.tailShrank(this, this.#tail.bytes)
      this.#tail = undefined
      for (const segment of this.#segments) this.#store.reader.forget(this.directory, segment)
      this.#segments = noSegments
    })
  }

  async #flush(): Promise<void> {
    const tail = this.#tail
    if (tail === undefined) return
    const upTo = tail.at(tail.count - 1).lastOffset
    while (this.#tail !== undefined && this.#tail.baseOffset <= upTo) await this.#flushRun(this.#tail)
  }

  /** Writes the first batches of the tail, as many as lie in one segment and make one write. */
  async #flushRun(tail: Tail): Promise<void> {
    const index = this.#segmentIndexOf(tail.baseOffset)
    const segment = this.#segments[index]!
    const end = this.#endOffsetOf(index)
    const batches: StampedBatch[] = []
    let bytes = 0
    while (batches.length < tail.count && bytes < this.#store.pieceBytes) {
      const batch = tail.at(batches.length)
      if (batch.baseOffset >= end) break
      batches.push(batch)
      bytes += batch.bytes.length
    }
    await writeBatches(this.#store, this, this.#place(segment), batches)
    this.#store.tailShrank(this, tail.shift(batches.length))
    if (tail.count === 0) this.#tail = undefined
    // Left to the checkpoint, a hundred megabytes would be synced together, and each acknowledgement wait behind them. Of a
    // small piece the sync would cost more than that saves.
    const isLarge = bytes >= this.#store.pieceBytes / 2
    if (isLarge && !this.#store.recovering) await syncSegment(this.#store, this.#place(segment))
  }

  async #trim(): Promise<void> {
    const start = this.state.logStartOffset
    await this.#store.commitLog.sync()
    while (this.#segments.length > 0 && this.#endOffsetOf(0) <= start) {
      const segment = this.#segments[0]!
      const end = this.#endOffsetOf(0)
      if (this.#tail !== undefined && this.#tail.baseOffset < end) {
        this.#store.tailShrank(this, this.#tail.shift(this.#tail.indexOf(end)))
        if (this.#tail.count === 0) this.#tail = undefined
      }
      this.#segments = this.#segments.slice(1)
      await removeSegment(this.#store, this.directory, segment)
    }
  }

  #place(segment: Segment): SegmentPlace {
    return { directory: this.directory, segment, indexIntervalBytes: this.settings.indexIntervalBytes }
  }

  #endOffsetOf(index: number): number {
    return this.#segments[index + 1]?.baseOffset ?? this.state.endOffset
  }

  #segmentIndexOf(offset: number): number {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    // Nothing may come between the last look and the beginning: so `settled` would not do.
    while (this.#busy !== undefined) await this.#busy.catch(() => {})
    const running = work().finally(() => {
      if (this.#busy === running) this.#busy = undefined
    })
    this.#busy = running
    return running
  }
}

function readTail(tail: Tail, from: number, limits: ReadLimits): Uint8Array[] {
  const batches: Uint8Array[] = []
  let bytes = 0
  for (let i = tail.indexOf(from); i < tail.count; i++) {
    const batch = tail.at(i).bytes
    const fits = bytes + batch.length <= limits.maxBytes
    if (!fits && !(batches.length === 0 && limits.atLeastOneBatch)) break
    batches.push(batch)
    bytes += batch.length
  }
  return batches
}
