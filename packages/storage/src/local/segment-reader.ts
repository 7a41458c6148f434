import { join } from 'node:path'
import { batchHeaderBytes, KafkaError, layout, lengthOverhead, PackedBatch, packedBatchAt } from '@ottla/protocol'
import type { File, FileSystem, Log } from '@ottla/runtime'
import { DamagedLogError } from '../damaged-log-error.ts'
import type { ReadLimits } from '../leader/partition-log.ts'
import type { FileCache } from './file-cache.ts'
import { indexFile, type Segment, segmentFile } from './segment.ts'
import { SegmentIndex } from './segment-index.ts'

const scanBytes = 128 * 1024

/** Where a segment lies, and how it is indexed. */
export interface SegmentPlace {
  readonly directory: string
  readonly segment: Segment
  readonly indexIntervalBytes: number
}

/** Reads segment files through their indexes. What it returns has been checked: offsets, and checksums of batches. */
export class SegmentReader {
  readonly #files: FileSystem
  readonly #open: FileCache
  readonly #log: Log
  readonly #indexLimitBytes: number
  // In the order of their use. The promise is there so that two readers load an index once.
  readonly #indexes = new Map<Segment, Promise<SegmentIndex>>()

  constructor(options: { files: FileSystem; open: FileCache; log: Log; indexLimitBytes: number }) {
    this.#files = options.files
    this.#open = options.open
    this.#log = options.log
    this.#indexLimitBytes = options.indexLimitBytes
  }

  /** Whole batches from the one that holds `from`, one after the other in one buffer. */
  async read(place: SegmentPlace, from: number, limits: ReadLimits): Promise<Buffer> {
    const { segment } = place
    const end = segment.flushed
    return this.#withIndex(place, async (index) => {
      const start = startFor(segment, index, index.entryForOffset(from - segment.baseOffset))
      const window = Math.min(end - start.position, limits.maxBytes + place.indexIntervalBytes + batchHeaderBytes)
      const path = join(place.directory, segmentFile(segment))
      return this.#open.withFile(path, async (file) => {
        let walk = new Walk(path, await file.read(start.position, window), start)
        // A window that ends before the batch in question does is followed by one that holds it whole.
        while (!walk.skipTo(from)) {
          if (walk.position >= end) throw walk.damaged(`no batch reaches offset ${from}`)
          walk = walk.goOn(await readBatchesAt(file, path, walk, end, window))
        }
        return walk.take(limits)
      })
    })
  }

  /** The first batch that reaches `from` or beyond and has a timestamp not before `timestamp`. */
  findByTime(place: SegmentPlace, timestamp: number, from: number): Promise<PackedBatch | undefined> {
    return this.#withIndex(place, async (index) => {
      const { segment } = place
      const entry = Math.max(index.entryForTime(timestamp), index.entryForOffset(from - segment.baseOffset))
      for await (const header of this.#headers(place, startFor(segment, index, entry), segment.flushed))
        if (header.maxTimestamp >= timestamp && header.lastOffset >= from) return this.#batchAt(place, header)
      return undefined
    })
  }

  /** The index of a segment, ready to be added to. */
  indexOf(place: SegmentPlace): Promise<SegmentIndex> {
    const known = this.#indexes.get(place.segment)
    if (known !== undefined) {
      this.#indexes.delete(place.segment)
      this.#indexes.set(place.segment, known)
      return known
    }
    const loading = this.#load(place)
    this.#indexes.set(place.segment, loading)
    loading.then(
      () => this.#evict(),
      () => this.#indexes.delete(place.segment),
    )
    return loading
  }

  /** The segment's files are going to be removed. */
  forget(directory: string, segment: Segment): void {
    this.#indexes.delete(segment)
    this.#open.forget(join(directory, segmentFile(segment)))
  }

  // A reader that stumbles may have been led astray by its index: a second try makes that anew.
  async #withIndex<T>(place: SegmentPlace, use: (index: SegmentIndex) => Promise<T>): Promise<T> {
    try {
      return await use(await this.indexOf(place))
    } catch (error) {
      if (!(error instanceof DamagedLogError)) throw this.#failure(error as Error)
      const path = join(place.directory, indexFile(place.segment))
      this.#log.write('warn', `the index ${path} is made anew: ${error.message}`, { file: path })
    }
    try {
      const rebuilding = this.#complete(place, SegmentIndex.empty())
      this.#indexes.set(place.segment, rebuilding)
      return await use(await rebuilding)
    } catch (error) {
      throw this.#failure(error as Error)
    }
  }

  #failure(cause: Error): Error {
    if (cause instanceof DamagedLogError)
      this.#log.write('error', cause.message, { file: cause.path, position: cause.position })
    else this.#log.write('error', `a segment can not be read: ${cause.message}`, { err: cause })
    return new KafkaError('KAFKA_STORAGE_ERROR', cause.message, { cause })
  }

  async #load(place: SegmentPlace): Promise<SegmentIndex> {
    const { segment } = place
    if (segment.flushed === 0) return SegmentIndex.empty()
    const path = join(place.directory, indexFile(segment))
    const bytes = (await this.#files.size(path)) === undefined ? Buffer.alloc(0) : await this.#files.readFile(path)
    return this.#complete(place, SegmentIndex.read(bytes, segment.flushed))
  }

  /** Adds the entries that are missing between the last one and the end of the segment. */
  async #complete(place: SegmentPlace, index: SegmentIndex): Promise<SegmentIndex> {
    const { segment, indexIntervalBytes } = place
    const start = startFor(segment, index, index.count - 1)
    if (segment.flushed - start.position <= indexIntervalBytes) return index
    let indexedTo = start.position
    let maxTimestamp = index.count === 0 ? -1 : index.maxTimestampBefore(index.count - 1)
    for await (const header of this.#headers(place, start, segment.flushed)) {
      if (header.position - indexedTo >= indexIntervalBytes) {
        index.add(header.baseOffset - segment.baseOffset, header.position, maxTimestamp)
        indexedTo = header.position
      }
      maxTimestamp = Math.max(maxTimestamp, header.maxTimestamp)
    }
    return index
  }

  /** The headers of batches, without what is in them. Their checksums are not looked at. */
  async *#headers(place: SegmentPlace, start: Place, end: number): AsyncGenerator<BatchHeader> {
    const path = join(place.directory, segmentFile(place.segment))
    let { position, offset } = start
    let from = 0
    let window: Buffer = Buffer.alloc(0)
    while (position < end) {
      if (position + batchHeaderBytes > from + window.length || position < from) {
        from = position
        window = await this.#open.withFile(path, (file) => file.read(from, Math.min(scanBytes, end - from)))
      }
      const header = headerAt(path, window, position - from, position)
      if (header.baseOffset !== offset || header.position + header.bytes > end)
        throw new DamagedLogError(path, position, `no batch with offset ${offset}`)
      yield header
      offset = header.lastOffset + 1
      position += header.bytes
    }
  }

  #batchAt(place: SegmentPlace, header: BatchHeader): Promise<PackedBatch> {
    const path = join(place.directory, segmentFile(place.segment))
    return this.#open.withFile(path, async (file) => {
      const batch = new PackedBatch(await file.read(header.position, header.bytes))
      if (batch.bytes.length < header.bytes || !batch.intact)
        throw new DamagedLogError(
          path,
          header.position,
          `the batch of offset ${header.baseOffset} has a wrong checksum`,
        )
      return batch
    })
  }

  #evict(): void {
    void this.#evictNow()
  }

  async #evictNow(): Promise<void> {
    let bytes = 0
    for (const [segment, loading] of [...this.#indexes].reverse()) {
      const index = await loading.catch(() => undefined)
      bytes += (index?.sizeBytes ?? 0) + 100
      if (bytes > this.#indexLimitBytes) this.#indexes.delete(segment)
    }
  }
}

interface Place {
  readonly position: number
  readonly offset: number
}

interface BatchHeader extends Place {
  readonly bytes: number
  readonly baseOffset: number
  readonly lastOffset: number
  readonly maxTimestamp: number
}

const startFor = (segment: Segment, index: SegmentIndex, entry: number): Place =>
  entry < 0
    ? { position: 0, offset: segment.baseOffset }
    : { position: index.positionAt(entry), offset: segment.baseOffset + index.offsetAt(entry) }

function headerAt(path: string, window: Buffer, at: number, position: number): BatchHeader {
  if (window.length - at < batchHeaderBytes || window.readInt8(at + layout.magic) !== 2)
    throw new DamagedLogError(path, position, 'no record batch')
  const bytes = window.readInt32BE(at + layout.length) + lengthOverhead
  if (bytes < batchHeaderBytes) throw new DamagedLogError(path, position, `a batch of ${bytes} bytes`)
  const { baseOffset, lastOffset, maxTimestamp } = new PackedBatch(window.subarray(at, at + batchHeaderBytes))
  return { position, offset: baseOffset, bytes, baseOffset, lastOffset, maxTimestamp }
}

/** From a place in the file on: at least the whole batch that is there, at least `window` bytes if there are as many. */
async function readBatchesAt(file: File, path: string, place: Place, end: number, window: number): Promise<Buffer> {
  const head = await file.read(place.position, Math.min(batchHeaderBytes, end - place.position))
  const { bytes } = headerAt(path, head, 0, place.position)
  if (bytes > end - place.position) throw new DamagedLogError(path, place.position, `a batch of ${bytes} bytes`)
  const batches = await file.read(place.position, Math.min(end - place.position, Math.max(bytes, window)))
  if (batches.length < bytes) throw new DamagedLogError(path, place.position, 'the file ends within a batch')
  return batches
}

/** Goes from batch to batch in a window of a segment file, and checks what it passes. */
class Walk implements Place {
  readonly #path: string
  readonly #window: Buffer
  readonly #from: number
  offset: number
  #at = 0

  constructor(path: string, window: Buffer, start: Place) {
    this.#path = path
    this.#window = window
    this.#from = start.position
    this.offset = start.offset
  }

  get position(): number {
    return this.#from + this.#at
  }

  /** The same walk in the next window, which begins where this one stands. */
  goOn(window: Buffer): Walk {
    return new Walk(this.#path, window, this)
  }

  /** Stands before the batch that reaches `offset`. False: the window ended first. */
  skipTo(offset: number): boolean {
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      if (batch.lastOffset >= offset) return true
      this.#pass(batch)
    }
    return false
  }

  /** The batches from here on that are within the limit, with their checksums checked. */
  take(limits: ReadLimits): Buffer {
    const from = this.#at
    for (let batch = this.#next(); batch !== undefined; batch = this.#next()) {
      const isFirst = this.#at === from
      const fits = this.#at + batch.bytes.length - from <= limits.maxBytes
      if (!fits && !(isFirst && limits.atLeastOneBatch)) break
      if (!batch.intact) throw this.damaged(`the batch of offset ${batch.baseOffset} does not have its checksum`)
      this.#pass(batch)
    }
    return this.#window.subarray(from, this.#at)
  }

  damaged(what: string): DamagedLogError {
    return new DamagedLogError(this.#path, this.position, what)
  }

  #next(): PackedBatch | undefined {
    let batch: PackedBatch | undefined
    try {
      batch = packedBatchAt(this.#window, this.#at)
    } catch (error) {
      throw this.damaged((error as Error).message)
    }
    if (batch !== undefined && batch.baseOffset !== this.offset)
      throw this.damaged(`offset ${batch.baseOffset} where ${this.offset} is next`)
    return batch
  }

  #pass(batch: PackedBatch): void {
    this.#at += batch.bytes.length
    this.offset = batch.nextOffset
  }
}
