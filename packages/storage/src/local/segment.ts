/**
 * A run of batches of a partition that lies, or will lie, in one file:
 *
 *     0 ......... synced ......... flushed ......... size
 *     | durable   | in the file    | in the tail     |
 *
 * Segments are cut when batches become durable, not when they are flushed: so retention and roll act the same on what is
 * in memory as on what is in files.
 */
export class Segment {
  readonly baseOffset: number
  /** Bytes of the partition before it, as in `StampedBatch.position`. */
  readonly startPosition: number
  size = 0
  flushed = 0
  synced = 0
  maxTimestamp = -1
  /** Of the first batch: what segment.ms counts from. */
  readonly firstTimestamp: number
  /** The largest timestamp of what is flushed, for the index. */
  flushedMaxTimestamp = -1
  /** Found at start-up: its file may hold more than `flushed`, left by a crash. */
  resumed = false
  /** A sync failed: the system may have dropped what it could not write, and yet report the next sync as done. */
  syncFailed = false

  constructor(baseOffset: number, startPosition: number, firstTimestamp: number) {
    this.baseOffset = baseOffset
    this.startPosition = startPosition
    this.firstTimestamp = firstTimestamp
  }

  get endPosition(): number {
    return this.startPosition + this.size
  }
}

const digits = (offset: number) => String(offset).padStart(20, '0')
export const segmentFile = (segment: Segment) => `${digits(segment.baseOffset)}.log`
export const indexFile = (segment: Segment) => `${digits(segment.baseOffset)}.index`
