import { join } from 'node:path'
import { KafkaError, Writer } from '@ottla/protocol'
import type { File, Runtime } from '@ottla/runtime'
import {
  beginEntry,
  type CommitFileHeader,
  encodeFileHeader,
  type FlushPolicy,
  fileHeaderBytes,
  sealEntry,
} from './commit-format.ts'

/** Something to be made durable together with whatever else gathers meanwhile. */
export interface CommitItem {
  /** About how much memory it holds while it is queued. */
  readonly bytes: number
  /** Writes itself into the table, and adds its data, if any, to `data`. */
  encode(table: Writer, data: Uint8Array[]): void
  /** It is durable: changes the state. All items of an entry are applied before any of them is settled. */
  apply(): void
  /** Tells those who wait for it. */
  settle(): void
  /** The write failed; it may or may not be on disk, but will not be seen again. */
  fail(error: Error): void
}

export interface CommitLogOptions {
  readonly runtime: Runtime
  readonly directory: string
  readonly policy: FlushPolicy
  /** Number of the first file to be begun, and sequence of the first entry to be written. */
  readonly nextFile: number
  readonly nextSequence: number
  /** Called after each entry was applied. */
  readonly onEntry: () => void
}

const maxEntryBytes = 8 * 1024 * 1024
const maxEntryItems = 4096

/** A commit file that is not needed any more, kept to be written over. */
export const spareFileName = 'spare'
export const commitFileName = (number: number) => `${String(number).padStart(16, '0')}.commit`

/**
 * One log for all partitions of a broker, with group commit: while one entry is being written, all that is appended
 * gathers for the next.
 *
 *     idle ── append ──> working: take what has gathered, write it as one entry, apply, settle; again until none is left
 *
 * Only one entry is under way at any time. So after a crash only the last one can be torn, and anything invalid before a
 * valid entry is damage.
 *
 * When a write fails its entry may or may not be on disk. All that is queued is refused, and the next entry, under the
 * same sequence number, goes into a new file: its header says from which sequence number on the older files are void.
 */
export class CommitLog {
  readonly #runtime: Runtime
  readonly #directory: string
  readonly #policy: FlushPolicy
  readonly #onEntry: () => void
  readonly #entry = new Writer({ chunkBytes: 64 * 1024, sharedBytes: Infinity })
  #queue: CommitItem[] = []
  #working = false
  #rolls: { resolve: (sequence: number) => void; reject: (error: Error) => void }[] = []
  #syncs: { resolve: () => void; reject: (error: Error) => void; all: boolean }[] = []
  #idle: (() => void)[] = []
  #file: File | undefined = undefined
  #header: CommitFileHeader | undefined = undefined
  #position = 0
  #nextFile: number
  #nextSequence: number
  #failing = false
  #closed = false
  // Under the policy `os`: a sync failed, and what it was for may never reach the disk.
  #unsynced = false
  #spare: string | undefined = undefined
  /** Since this run began, in all files. */
  writtenBytes = 0

  private constructor(options: CommitLogOptions) {
    this.#runtime = options.runtime
    this.#directory = options.directory
    this.#policy = options.policy
    this.#nextFile = options.nextFile
    this.#nextSequence = options.nextSequence
    this.#onEntry = options.onEntry
  }

  /** Begins the first file, which shows that the disk can be written. */
  static async open(options: CommitLogOptions): Promise<CommitLog> {
    const commitLog = new CommitLog(options)
    const spare = join(options.directory, spareFileName)
    if ((await options.runtime.files.size(spare)) !== undefined) commitLog.#spare = spare
    await commitLog.#begin()
    return commitLog
  }

  /** The last entry that is durable and applied. */
  get lastSequence(): number {
    return this.#nextSequence - 1
  }

  append(item: CommitItem): void {
    if (this.#closed) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log is closed')
    this.#queue.push(item)
    this.#wake()
  }

  /** Takes nothing more, and waits for what is queued. */
  async seal(): Promise<void> {
    this.#closed = true
    if (this.#working) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Goes on in a new file. Resolves with the last sequence number that lies in older ones. */
  roll(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#rolls.push({ resolve, reject })
      this.#wake()
    })
  }

  /**
   * What was acknowledged is on disk, whatever the policy. Asked for before files are removed because of it: their removal
   * may reach the disk first.
   */
  sync(): Promise<void> {
    if (this.#policy === 'fsync') return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#syncs.push({ resolve, reject, all: true })
      this.#wake()
    })
  }

  /** The same for what was written since the last roll. */
  syncFile(): Promise<void> {
    if (this.#policy === 'fsync') return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#syncs.push({ resolve, reject, all: false })
      this.#wake()
    })
  }

  /** What lies in files before the current one is not needed any more. */
  forgetOlder(): void {
    this.#unsynced = false
  }

  async close(): Promise<void> {
    await this.seal()
    await this.#file?.close()
    this.#file = undefined
  }

  #wake(): void {
    if (this.#working) return
    this.#working = true
    // One turn later, so that all that is appended in this one goes together.
    queueMicrotask(() => void this.#work())
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0 || this.#rolls.length > 0 || this.#syncs.length > 0) {
      if (this.#syncs.length > 0) await this.#syncNow()
      if (this.#rolls.length > 0) await this.#rollNow()
      if (this.#queue.length > 0) await this.#commit(this.#takeGroup())
    }
    this.#working = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #rollNow(): Promise<void> {
    const waiting = this.#rolls
    this.#rolls = []
    try {
      await this.#begin(this.#spare)
      for (const { resolve } of waiting) resolve(this.lastSequence)
    } catch (error) {
      for (const { reject } of waiting) reject(error as Error)
    }
  }

  async #syncNow(): Promise<void> {
    const waiting = this.#syncs
    this.#syncs = []
    const failed = await this.#file?.sync().catch((error: Error) => error)
    const olderFailed = this.#unsynced ? new Error('an older commit file could not be synced') : undefined
    if (failed !== undefined) this.#unsynced = true
    for (const { resolve, reject, all } of waiting) {
      const error = failed ?? (all ? olderFailed : undefined)
      if (error === undefined) resolve()
      else reject(error)
    }
  }

  #takeGroup(): CommitItem[] {
    let count = 0
    for (let bytes = 0; count < this.#queue.length && count < maxEntryItems && bytes < maxEntryBytes; count++)
      bytes += this.#queue[count]!.bytes
    if (count === this.#queue.length) {
      const group = this.#queue
      this.#queue = []
      return group
    }
    return this.#queue.splice(0, count)
  }

  async #commit(group: CommitItem[]): Promise<void> {
    try {
      if (this.#file === undefined) await this.#begin()
      await this.#write(group)
    } catch (cause) {
      await this.#abandonFile()
      this.#refuse(group, cause as Error)
      return
    }
    if (this.#failing) {
      this.#failing = false
      this.#runtime.log.write('info', 'the commit log can be written again')
    }
    // In one step with what follows: whoever sees the number sees the state that belongs to it.
    this.#nextSequence++
    for (const item of group) item.apply()
    for (const item of group) item.settle()
    this.#onEntry()
  }

  async #write(group: readonly CommitItem[]): Promise<void> {
    const data: Uint8Array[] = []
    beginEntry(this.#entry)
    for (const item of group) item.encode(this.#entry, data)
    const entry = this.#entry.finish()
    let dataBytes = 0
    for (const piece of data) dataBytes += piece.length
    sealEntry(entry, this.#header!.mark, this.#nextSequence, dataBytes)
    await this.#file!.write(this.#position, [entry, ...data])
    this.#position += entry.length + dataBytes
    this.writtenBytes += entry.length + dataBytes
  }

  /** The next file may be this one, written over: its blocks are there, so that a durable write need not wait for the
   *  file system's journal too. Undefined: there is none. */
  set spare(path: string | undefined) {
    this.#spare = path
  }

  // The header is durable before the first entry is written, under either policy: a file with anything behind its header
  // has a valid header, unless it was damaged.
  async #begin(spare?: string): Promise<void> {
    const { files } = this.#runtime
    const number = this.#nextFile++
    const path = join(this.#directory, commitFileName(number))
    const header = {
      policy: this.#policy,
      number,
      mark: this.#runtime.randomBytes(8),
      firstSequence: this.#nextSequence,
    }
    if (this.#policy === 'os') await this.#file?.sync().catch(() => this.#lostSync())
    // Should this fail, the new file may all the same be there after a crash, and void what the older one holds from this
    // sequence number on. So nothing more is written to the older one, come what may.
    await this.#file?.close().catch(() => {})
    this.#file = undefined
    if (spare !== undefined) this.#spare = undefined
    const begunAt = spare ?? path
    const file = await files.open(begunAt, 'write', { durable: this.#policy === 'fsync' })
    try {
      await file.write(0, [encodeFileHeader(header)])
      if (this.#policy === 'os') await file.sync()
      // A spare file gets its name when its header is on disk: a torn header with entries behind it would pass for damage.
      if (spare !== undefined) await files.rename(spare, path)
      await files.syncDirectory(this.#directory)
    } catch (error) {
      await file.close().catch(() => {})
      for (const left of [path, begunAt]) await files.remove(left).catch(() => {})
      throw error
    }
    this.#file = file
    this.#header = header
    this.#position = fileHeaderBytes
  }

  #lostSync(): void {
    this.#unsynced = true
  }

  // Cutting what was half written gives its space back. It need not succeed.
  async #abandonFile(): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    this.#file = undefined
    await file.truncate(this.#position).catch(() => {})
    if (this.#policy === 'os') await file.sync().catch(() => this.#lostSync())
    await file.close().catch(() => {})
  }

  // What was queued behind the failed entry builds on it, so it goes with it.
  #refuse(group: readonly CommitItem[], cause: Error): void {
    if (!this.#failing) this.#runtime.log.write('error', 'the commit log cannot be written', { err: cause })
    this.#failing = true
    const error = new KafkaError('KAFKA_STORAGE_ERROR', `the commit log cannot be written: ${cause.message}`, { cause })
    const refused = [...group, ...this.#queue]
    this.#queue = []
    for (const item of refused) item.fail(error)
  }
}
