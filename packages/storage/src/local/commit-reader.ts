import { join } from 'node:path'
import { type PackedBatch, packedBatchAt } from '@ottla/protocol'
import type { File, FileSystem, Log } from '@ottla/runtime'
import { DamagedLogError } from '../damaged-log-error.ts'
import {
  type BatchPlace,
  type CommitFileHeader,
  type CommitReplay,
  decodeEntryHeader,
  decodeFileHeader,
  entryHeaderBytes,
  entryIntact,
  fileHeaderBytes,
  readTable,
} from './commit-format.ts'

const windowBytes = 4 * 1024 * 1024

export interface CommitFile {
  readonly path: string
  readonly number: number
  readonly size: number
  /** Undefined: it was never finished, and nothing was written after it. */
  readonly header: CommitFileHeader | undefined
}

/** All files of the commit log in the order of their numbers. DamagedLogError for one that has lost its header. */
export async function listCommitFiles(files: FileSystem, directory: string): Promise<CommitFile[]> {
  const names = (await files.list(directory)).filter((name) => /^\d{16}\.commit$/.test(name)).sort()
  const found: CommitFile[] = []
  for (const name of names) {
    const path = join(directory, name)
    const size = (await files.size(path)) ?? 0
    const number = Number(name.slice(0, 16))
    const header = decodeFileHeader(await readHead(files, path), path)
    if (header === undefined && size > fileHeaderBytes) throw new DamagedLogError(path, 0, 'its header is not valid')
    // A spare file was to be written over, and a crash has kept its new name or its new header, but not both.
    found.push({ path, number, size, header: header?.number === number ? header : undefined })
  }
  return found
}

async function readHead(files: FileSystem, path: string): Promise<Buffer> {
  const file = await files.open(path, 'read')
  try {
    return await file.read(0, fileHeaderBytes)
  } finally {
    await file.close()
  }
}

/** An entry, checked: its items, and their batches in the same order. */
export interface CommitEntry {
  readonly sequence: number
  /** All entries up to this one were on disk when this one was begun. */
  readonly durable: number
  readonly path: string
  readonly position: number
  /** All of it. */
  readonly bytes: Buffer
  readonly table: Buffer
  readonly data: Buffer
}

/**
 * The entries after `covered`, in order, as far as they are valid. Older files are void from the first sequence number of
 * a later one on. Where entries are missing before that, or invalid although a later one knew that they were on disk, they
 * were damaged: under the policy `fsync` only entries that were under way together can be torn, and what follows a torn one
 * was not acknowledged. Under `os` any may be, so the log ends at the first that is.
 */
export async function* readCommitLog(
  files: FileSystem,
  directory: string,
  found: readonly CommitFile[],
  covered: number,
  log: Log,
): AsyncGenerator<CommitEntry> {
  let next = covered + 1
  for (const [index, { path, size, header }] of found.entries()) {
    if (header === undefined) continue
    const end = voidFrom(found, index)
    if (end <= next) continue
    const reader = new CommitFileReader(await files.open(path, 'read'), path, size, header)
    try {
      if (header.firstSequence > next) {
        reader.damagedOrCut(log, `entry ${next} is missing`)
        return
      }
      for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
        if (entry.sequence >= end) break
        if (entry.sequence < next) continue
        yield entry
        next++
      }
      if (next === end) continue
      if (end !== Infinity || (await reader.wasDurable())) {
        reader.damagedOrCut(log, `entry ${next} is not valid`)
        return
      }
    } finally {
      await reader.close()
    }
  }
  const last = found.findLast((file) => file.header !== undefined)
  if (last === undefined && covered > 0)
    throw new DamagedLogError(directory, 0, `the entries after ${covered} are missing`)
}

/** The first sequence number that does not count in a file, because a later file begins with it or before it. */
export function voidFrom(found: readonly CommitFile[], index: number): number {
  let end = Infinity
  for (const { header } of found.slice(index + 1)) end = Math.min(end, header?.firstSequence ?? Infinity)
  return end
}

class CommitFileReader {
  readonly #file: File
  readonly #path: string
  readonly #size: number
  readonly #header: CommitFileHeader
  #sequence: number
  #position = fileHeaderBytes
  #window: Buffer = Buffer.alloc(0)
  #windowAt = 0

  constructor(file: File, path: string, size: number, header: CommitFileHeader) {
    this.#file = file
    this.#path = path
    this.#size = size
    this.#header = header
    this.#sequence = header.firstSequence
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** The next entry; undefined if there is no valid one. */
  async next(): Promise<CommitEntry | undefined> {
    const entry = await this.#entryAt(this.#position)
    if (entry === undefined || entry.sequence !== this.#sequence || !dataIntact(entry)) return undefined
    this.#sequence++
    this.#position += entryHeaderBytes + entry.table.length + entry.data.length
    return entry
  }

  async #entryAt(position: number): Promise<CommitEntry | undefined> {
    if (position + entryHeaderBytes > this.#size) return undefined
    const header = decodeEntryHeader(await this.#bytes(position, entryHeaderBytes), this.#header.mark)
    if (header === undefined) return undefined
    const { sequence, durable, tableBytes, dataBytes } = header
    const length = entryHeaderBytes + tableBytes + dataBytes
    if (position + length > this.#size) return undefined
    const bytes = await this.#bytes(position, length)
    const tableEnd = entryHeaderBytes + tableBytes
    if (!entryIntact(bytes.subarray(0, tableEnd))) return undefined
    const table = bytes.subarray(entryHeaderBytes, tableEnd)
    return { sequence, durable, path: this.#path, position, bytes, table, data: bytes.subarray(tableEnd) }
  }

  /** A later entry proves that the one at the place where `next` ended had been on disk. */
  async wasDurable(): Promise<boolean> {
    for (let from = this.#position + 1; from < this.#size; from += windowBytes - entryHeaderBytes) {
      const bytes = await this.#bytes(from, Math.min(windowBytes, this.#size - from))
      const { mark } = this.#header
      for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
        const entry = await this.#entryAt(from + at)
        if (entry !== undefined && entry.durable >= this.#sequence) return true
      }
    }
    return false
  }

  damagedOrCut(log: Log, what: string): void {
    if (this.#header.policy === 'fsync') throw new DamagedLogError(this.#path, this.#position, what)
    const fields = { file: this.#path, position: this.#position }
    log.write('warn', `the commit log ends early: ${what}. Under flush.policy=os a power loss may do that`, fields)
  }

  async #bytes(position: number, length: number): Promise<Buffer> {
    const at = position - this.#windowAt
    if (at >= 0 && at + length <= this.#window.length) return this.#window.subarray(at, at + length)
    this.#window = await this.#file.read(position, Math.min(this.#size - position, Math.max(length, windowBytes)))
    this.#windowAt = position
    return this.#window.subarray(0, length)
  }
}

function dataIntact(entry: CommitEntry): boolean {
  let at = 0
  let intact = true
  const check = {
    batch(_logId: number, place: BatchPlace) {
      intact &&= batchIn(entry.data, at, place) !== undefined
      at += place.bytes
    },
    open() {},
    start() {},
    drop() {},
    keys() {},
  }
  readTable(entry.table, check)
  return intact
}

/** The batch that is said to be at a place in `data`; undefined if it is not, or not as it was. */
export function batchIn(data: Buffer, at: number, place: BatchPlace): PackedBatch | undefined {
  try {
    const batch = packedBatchAt(data.subarray(at, at + place.bytes), 0)
    const isIt =
      batch !== undefined &&
      batch.bytes.length === place.bytes &&
      batch.crc === place.crc &&
      batch.baseOffset === place.baseOffset &&
      batch.partitionLeaderEpoch === place.leaderEpoch &&
      batch.intact
    return isIt ? batch : undefined
  } catch {
    return undefined
  }
}

/** Replays the items of an entry that was read; its batches are cut out of its data. */
export function replayEntry(
  entry: CommitEntry,
  replay: Omit<CommitReplay, 'batch'> & { batch(logId: number, bytes: Buffer): void },
): void {
  let at = 0
  readTable(entry.table, {
    batch(logId, place) {
      replay.batch(logId, entry.data.subarray(at, at + place.bytes))
      at += place.bytes
    },
    open: (logId, id) => replay.open(logId, id),
    start: (logId, offset) => replay.start(logId, offset),
    drop: (logIds) => replay.drop(logIds),
    keys: (changes) => replay.keys(changes),
  })
}
