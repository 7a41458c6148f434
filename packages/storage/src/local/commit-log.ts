import { KafkaError, Writer } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import { CommitFile } from './commit-file.ts'
import { beginEntry, entriesUnderWay, type FlushPolicy, sealEntry } from './commit-format.ts'
import { type PreparedFile, SpareFile } from './spare-file.ts'

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
  /** About how large a file grows before the next one is begun. */
  readonly fileBytes: number
  /** Called after each entry was applied. */
  readonly onEntry: () => void
}

const maxEntryBytes = 8 * 1024 * 1024
const maxEntryItems = 4096

interface Waiting<T> {
  resolve(value: T): void
  reject(error: Error): void
}

/** An entry that is being written, or waits for one before it to be. */
interface UnderWay {
  readonly items: readonly CommitItem[]
  readonly position: number
  readonly bytes: number
  ended: boolean
  error: Error | undefined
}

/**
 * One log for all partitions of a broker, with group commit: while entries are being written, all that is appended
 * gathers for the next.
 *
 *     queue ──> under way: one or two entries ──> applied and settled, in order
 *               a roll, a sync, a failure: when none is under way
 *
 * With two entries under way the disk need not wait for the processor, nor an append for all of the write that it just
 * missed. So after a crash an entry may be torn before one that is whole. None of those was acknowledged; the log ends at
 * the torn one. An entry says which ones were durable when it was begun: if one of those is invalid, it is damaged.
 *
 * When a write fails its entry may or may not be on disk. All that is under way or queued is refused, and the next entry,
 * under the same sequence number, goes into a new file: its header says from which sequence number on the older files are
 * void.
 */
export class CommitLog {
  readonly spare: SpareFile
  readonly #options: CommitLogOptions
  readonly #entry = new Writer({ chunkBytes: 64 * 1024, sharedBytes: Infinity })
  #queue: CommitItem[] = []
  #underWay: UnderWay[] = []
  #rolls: Waiting<number>[] = []
  #syncs: (Waiting<void> & { readonly all: boolean })[] = []
  #idle: (() => void)[] = []
  #woken = false
  /** A roll, a sync or a failure is being dealt with: no entry begins. */
  #alone = false
  #file: CommitFile | undefined = undefined
  #askedForSpare = false
  #nextFile: number
  #lastSequence: number
  #failing = false
  #closed = false
  // Under the policy `os`: a sync failed, and what it was for may never reach the disk.
  #unsynced = false
  /** Since this run began, in all files. */
  writtenBytes = 0

  private constructor(options: CommitLogOptions, spare: SpareFile) {
    this.#options = options
    this.#nextFile = options.nextFile
    this.#lastSequence = options.nextSequence - 1
    this.spare = spare
  }

  /** Begins the first file, which shows that the disk can be written. */
  static async open(options: CommitLogOptions): Promise<CommitLog> {
    const commitLog = new CommitLog(options, await SpareFile.find(options.runtime, options.directory))
    // Not the spare one: a start reads the last file to its end, and this one may stay small.
    await commitLog.#begin(false)
    return commitLog
  }

  /** The last entry that is durable and applied. */
  get lastSequence(): number {
    return this.#lastSequence
  }

  append(item: CommitItem): void {
    if (this.#closed) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log is closed')
    this.#queue.push(item)
    this.#wake()
  }

  /** Takes nothing more, and waits for what is queued. */
  async seal(): Promise<void> {
    this.#closed = true
    if (!this.#isIdle) await new Promise<void>((resolve) => this.#idle.push(resolve))
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
    return this.#sync(true)
  }

  /** The same for what was written since the last roll. */
  syncFile(): Promise<void> {
    return this.#sync(false)
  }

  #sync(all: boolean): Promise<void> {
    if (this.#options.policy === 'fsync') return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#syncs.push({ resolve, reject, all })
      this.#wake()
    })
  }

  /** What lies in files before the current one is not needed any more. */
  forgetOlder(): void {
    this.#unsynced = false
  }

  async close(): Promise<void> {
    await this.seal()
    await this.spare.close()
    await this.#file?.close()
    this.#file = undefined
  }

  // One turn later, so that all that is appended in this one goes together.
  #wake(): void {
    if (this.#woken) return
    this.#woken = true
    queueMicrotask(() => {
      this.#woken = false
      this.#advance()
    })
  }

  get #isIdle(): boolean {
    const nothingWaits = this.#queue.length === 0 && this.#rolls.length === 0 && this.#syncs.length === 0
    return nothingWaits && this.#underWay.length === 0 && !this.#alone
  }

  /** Begins what may begin now. Called whenever something came or ended. */
  #advance(): void {
    if (this.#alone || this.#underWay.some(({ error }) => error !== undefined)) return
    const alone = this.#workAlone()
    if (alone !== undefined) {
      if (this.#underWay.length === 0) this.#doAlone(alone)
      return
    }
    while (this.#queue.length > 0 && this.#underWay.length < entriesUnderWay) this.#beginEntry(this.#takeGroup())
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** What has to be done when no entry is under way, if anything. */
  #workAlone(): (() => Promise<void>) | undefined {
    if (this.#syncs.length > 0) return () => this.#syncNow()
    if (this.#rolls.length > 0) return () => this.#rollNow()
    if (this.#queue.length === 0) return undefined
    if (this.#file === undefined) return () => this.#beginAgain()
    const isFull = this.#askedForSpare && this.#file.position >= this.#file.preparedBytes
    return isFull && this.spare.isReady ? () => this.#rollNow() : undefined
  }

  #doAlone(work: () => Promise<void>): void {
    this.#alone = true
    void work().finally(() => {
      this.#alone = false
      this.#advance()
    })
  }

  async #rollNow(): Promise<void> {
    const waiting = this.#rolls
    this.#rolls = []
    try {
      await this.#begin(true)
      for (const { resolve } of waiting) resolve(this.#lastSequence)
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

  /** The last write failed, or the last roll. */
  async #beginAgain(): Promise<void> {
    await this.#begin(false).catch((error) => this.#refuse([], error))
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

  #beginEntry(items: readonly CommitItem[]): void {
    const file = this.#file!
    const data: Uint8Array[] = []
    beginEntry(this.#entry)
    for (const item of items) item.encode(this.#entry, data)
    const head = this.#entry.finish()
    let dataBytes = 0
    for (const piece of data) dataBytes += piece.length
    const durable = this.#lastSequence
    sealEntry(head, file.header.mark, { sequence: durable + this.#underWay.length + 1, durable, dataBytes })
    const bytes = head.length + dataBytes
    const entry: UnderWay = { items, position: file.position, bytes, ended: false, error: undefined }
    this.#underWay.push(entry)
    const ended = (error?: Error) => {
      entry.ended = true
      entry.error = error
      this.#settle()
    }
    file.append(bytes, [head, ...data]).then(() => ended(), ended)
  }

  /** Entries are applied in their order, whichever is written first. */
  #settle(): void {
    while (this.#underWay[0]?.ended === true && this.#underWay[0].error === undefined)
      this.#apply(this.#underWay.shift()!)
    const cause = this.#underWay[0]?.error
    if (cause === undefined) this.#advance()
    else this.#failed(cause)
  }

  #apply({ items, bytes }: UnderWay): void {
    if (this.#failing) {
      this.#failing = false
      this.#options.runtime.log.write('info', 'the commit log can be written again')
    }
    // In one step with what follows: whoever sees the number sees the state that belongs to it.
    this.#lastSequence++
    this.writtenBytes += bytes
    for (const item of items) item.apply()
    for (const item of items) item.settle()
    this.#askForSpare()
    this.#options.onEntry()
  }

  /** What was begun after the failed entry may be on disk, but it builds on that entry, and so goes with it. */
  #failed(cause: Error): void {
    if (this.#underWay.some(({ ended }) => !ended)) return
    const failed = this.#underWay
    this.#underWay = []
    this.#doAlone(async () => {
      await this.#abandonFile(failed[0]!.position)
      this.#refuse(
        failed.flatMap(({ items }) => items),
        cause,
      )
    })
  }

  // For a file that will be full before the next checkpoint. A broker that is hardly used does without.
  #askForSpare(): void {
    const { policy, runtime, fileBytes } = this.#options
    if (this.#askedForSpare || policy === 'os' || runtime.files.preparesBlocks !== true) return
    const { position, preparedBytes } = this.#file!
    if (position < Math.max(fileBytes / 32, preparedBytes / 3)) return
    this.#askedForSpare = true
    this.spare.make(Math.ceil(preparedBytes === 0 ? fileBytes / 8 : fileBytes * 1.1))
  }

  async #begin(withSpare: boolean): Promise<void> {
    const { runtime, directory, policy } = this.#options
    const header = {
      policy,
      number: this.#nextFile++,
      mark: runtime.randomBytes(8),
      firstSequence: this.#lastSequence + 1,
    }
    if (policy === 'os') await this.#file?.sync().catch(() => this.#lostSync())
    // Should this fail, the new file may all the same be there after a crash, and void what the older one holds from this
    // sequence number on. So nothing more is written to the older one, come what may.
    await this.#file?.close()
    this.#file = undefined
    const begin = async (spare?: PreparedFile) => {
      this.#file = await CommitFile.begin(runtime.files, directory, header, spare)
    }
    await (withSpare ? this.spare.handOver(begin) : begin())
    this.#askedForSpare = false
  }

  #lostSync(): void {
    this.#unsynced = true
  }

  // Cutting what is not valid gives its space back. It need not succeed.
  async #abandonFile(position: number): Promise<void> {
    const file = this.#file!
    this.#file = undefined
    await file.cutAt(position).catch(() => {})
    if (this.#options.policy === 'os') await file.sync().catch(() => this.#lostSync())
    await file.close()
  }

  // What was queued behind the failed entry builds on it, so it goes with it.
  #refuse(items: readonly CommitItem[], cause: Error): void {
    if (!this.#failing) this.#options.runtime.log.write('error', 'the commit log cannot be written', { err: cause })
    this.#failing = true
    const error = new KafkaError('KAFKA_STORAGE_ERROR', `the commit log cannot be written: ${cause.message}`, { cause })
    const refused = [...items, ...this.#queue]
    this.#queue = []
    for (const item of refused) item.fail(error)
  }
}
