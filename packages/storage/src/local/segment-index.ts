import { crc32c, int64At, putInt64 } from '@ottla/protocol'

/**
 * The index of a segment, for offsets and times at once; fixed entries, one each `index.interval.bytes`:
 *
 *     offset, from the segment's first 4 | position 4 | largest timestamp before it 8 | crc 4
 *
 * All batches before an entry are of its timestamp or earlier, so a search by time begins at the last entry that is
 * earlier than what is looked for. An index is never synced: it proves itself by its checksums, and what is missing or
 * damaged is made again from the segment.
 */
export const indexEntryBytes = 20

export class SegmentIndex {
  #bytes: Buffer
  count: number
  /** Entries that are in the file. */
  persisted: number

  private constructor(bytes: Buffer, count: number) {
    this.#bytes = bytes
    this.count = count
    this.persisted = count
  }

  static empty(): SegmentIndex {
    return new SegmentIndex(Buffer.alloc(0), 0)
  }

  /** Takes the entries of a file as far as they are good, and lie within a segment of `segmentBytes`. */
  static read(bytes: Buffer, segmentBytes: number): SegmentIndex {
    const index = new SegmentIndex(bytes, 0)
    const whole = Math.floor(bytes.length / indexEntryBytes)
    while (index.count < whole && index.#isGood(index.count, segmentBytes)) index.count++
    index.persisted = index.count
    return index
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  offsetAt(entry: number): number {
    return this.#bytes.readUInt32BE(entry * indexEntryBytes)
  }
  positionAt(entry: number): number {
    return this.#bytes.readUInt32BE(entry * indexEntryBytes + 4)
  }
  maxTimestampBefore(entry: number): number {
    return int64At(this.#bytes, entry * indexEntryBytes + 8)
  }

  add(offset: number, position: number, maxTimestampBefore: number): void {
    const at = this.count * indexEntryBytes
    if (at + indexEntryBytes > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(16 * indexEntryBytes, at * 2))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#bytes.writeUInt32BE(offset, at)
    this.#bytes.writeUInt32BE(position, at + 4)
    putInt64(this.#bytes, at + 8, maxTimestampBefore)
    this.#bytes.writeUInt32BE(crc32c(this.#bytes.subarray(at, at + 16)), at + 16)
    this.count++
  }

  /** The bytes of the entries that are not in the file yet, as they are now. */
  unpersisted(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.persisted * indexEntryBytes, this.count * indexEntryBytes))
  }

  /** The last entry whose offset is not above `offset` (from the segment's first); -1: begin at the start. */
  entryForOffset(offset: number): number {
    return this.#lastWhere((entry) => this.offsetAt(entry) <= offset)
  }

  /** The last entry before which everything is earlier than `timestamp`; -1: begin at the start. */
  entryForTime(timestamp: number): number {
    return this.#lastWhere((entry) => this.maxTimestampBefore(entry) < timestamp)
  }

  #lastWhere(holds: (entry: number) => boolean): number {
    let low = -1
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (holds(middle)) low = middle
      else high = middle - 1
    }
    return low
  }

  #isGood(entry: number, segmentBytes: number): boolean {
    const at = entry * indexEntryBytes
    if (this.#bytes.readUInt32BE(at + 16) !== crc32c(this.#bytes.subarray(at, at + 16))) return false
    if (this.positionAt(entry) >= segmentBytes) return false
    return (
      entry === 0 ||
      (this.positionAt(entry) > this.positionAt(entry - 1) &&
        this.offsetAt(entry) > this.offsetAt(entry - 1) &&
        this.maxTimestampBefore(entry) >= this.maxTimestampBefore(entry - 1))
    )
  }
}
