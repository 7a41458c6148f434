import { join } from 'node:path'
import { KafkaError } from '@ottla/protocol'
import type { Runtime } from '@ottla/runtime'
import type { PartitionId } from '../partition.ts'
import type { StorageSettings } from '../storage.ts'
import type { TopicSettings } from '../topic-settings.ts'
import type { CommitItem, CommitLog } from './commit-log.ts'
import { FileCache } from './file-cache.ts'
import { Flusher } from './flusher.ts'
import { LocalLog } from './local-log.ts'
import { SegmentReader } from './segment-reader.ts'

const openFilesLimit = 256
const indexLimitBytes = 32 * 1024 * 1024

/**
 * What the partitions of one data directory share: the commit log, the memory for tails, open files, indexes.
 *
 *     <directory>/commit/<number>.commit
 *                /checkpoints/<covered sequence>.checkpoint
 *                /topics/<topic>=<topic id>/<partition>/<base offset>.log, .index
 */
export class LocalLogStore {
  readonly runtime: Runtime
  readonly directory: string
  readonly settings: StorageSettings
  readonly reader: SegmentReader
  readonly flusher: Flusher
  /** Directories whose entries have changed since the last checkpoint. */
  directoriesToSync = new Set<string>()
  /** By topic id, then by partition. */
  readonly topics = new Map<string, (LocalLog | undefined)[]>()
  nextLogId = 1
  /** While the commit log is replayed tails may take three times their memory: a start is not held up by flushes. */
  recovering = false
  #commitLog: CommitLog | undefined = undefined
  readonly #openFiles: FileCache
  #queuedBytes = 0
  #tailBytes = 0
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  #stuck: Error | undefined = undefined

  constructor(runtime: Runtime, directory: string, settings: StorageSettings) {
    this.runtime = runtime
    this.directory = directory
    this.settings = settings
    this.#openFiles = new FileCache(runtime.files, openFilesLimit)
    this.reader = new SegmentReader({ files: runtime.files, open: this.#openFiles, log: runtime.log, indexLimitBytes })
    this.flusher = new Flusher(this)
  }

  get commitDirectory(): string {
    return join(this.directory, 'commit')
  }
  get checkpointDirectory(): string {
    return join(this.directory, 'checkpoints')
  }
  get topicsDirectory(): string {
    return join(this.directory, 'topics')
  }
  // A topic's name may be as long as a file's name may be, so it is cut; the id tells topics apart.
  topicDirectory(id: PartitionId): string {
    return join(this.topicsDirectory, `${id.topic.slice(0, 200)}=${id.topicId}`)
  }
  directoryOf(id: PartitionId): string {
    return join(this.topicDirectory(id), String(id.partition))
  }

  get commitLog(): CommitLog {
    return this.#commitLog!
  }
  set commitLog(commitLog: CommitLog) {
    this.#commitLog = commitLog
  }

  commit(item: CommitItem): void {
    this.commitLog.append(item)
  }

  log(topicId: string, partition: number): LocalLog | undefined {
    return this.topics.get(topicId)?.[partition]
  }

  *logs(): Generator<LocalLog> {
    for (const logs of this.topics.values()) for (const log of logs) if (log !== undefined) yield log
  }

  /** A log that is empty; known to others once something is committed to it. */
  createLog(id: PartitionId, settings: TopicSettings, logId = this.nextLogId): LocalLog {
    this.nextLogId = Math.max(this.nextLogId, logId + 1)
    let logs = this.topics.get(id.topicId)
    if (logs === undefined) {
      logs = []
      this.topics.set(id.topicId, logs)
    }
    // No holes: an array with holes is a slow and large one.
    while (logs.length < id.partition) logs.push(undefined)
    const log = new LocalLog(this, id, logId, settings)
    logs[id.partition] = log
    return log
  }

  /** Forgets what was loaded. */
  clear(): void {
    for (const log of this.logs()) this.flusher.remove(log)
    this.topics.clear()
    this.nextLogId = 1
    this.#tailBytes = 0
  }

  get tailBytes(): number {
    return this.#tailBytes
  }

  get hasRoom(): boolean {
    return this.#queuedBytes + this.#tailBytes < this.settings.tailBytes * (this.recovering ? 3 : 1)
  }

  /** Tails that take more are flushed, until they take half of it. */
  get flushAboveBytes(): number {
    return this.recovering ? this.replayBytes : this.settings.tailBytes / 2
  }

  /** So much of the commit log is replayed with nothing flushed meanwhile. */
  get replayBytes(): number {
    return this.settings.tailBytes * 2.5
  }

  /** A tail is written to its segments in pieces of this size, about. */
  get pieceBytes(): number {
    return this.settings.tailBytes / 32
  }

  /** Resolves when tails were flushed or the queue was written; rejects when that fails. */
  room(): Promise<void> {
    if (this.#stuck !== undefined) return Promise.reject(this.#stuck)
    if (this.#tailBytes > this.flushAboveBytes) this.flusher.wake()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  queueGrew(bytes: number): void {
    this.#queuedBytes += bytes
  }
  queueShrank(bytes: number): void {
    this.#queuedBytes -= bytes
    if (this.#waiting.length > 0) this.#letIn()
  }
  tailGrew(log: LocalLog, bytes: number): void {
    this.#tailBytes += bytes
    this.flusher.add(log)
    if (this.#tailBytes > this.flushAboveBytes) this.flusher.wake()
  }
  tailShrank(log: LocalLog, bytes: number): void {
    this.#tailBytes -= bytes
    if (log.tailBytes === 0) this.flusher.remove(log)
    if (this.#waiting.length > 0) this.#letIn()
  }

  /** Tails cannot be flushed: appends that find no room are refused until they can. */
  flushFailed(cause: Error): void {
    this.#stuck = new KafkaError('KAFKA_STORAGE_ERROR', `segments cannot be written: ${cause.message}`, { cause })
    for (const { reject } of this.#waiting.splice(0)) reject(this.#stuck)
  }
  flushSucceeded(): void {
    this.#stuck = undefined
  }

  /** Waits for what is being done with files, and begins nothing more by itself. */
  async quiesce(): Promise<void> {
    this.flusher.close()
    await this.flusher.settled()
    for (const log of this.logs()) if (log.busy) await log.settled()
  }

  async close(): Promise<void> {
    await this.quiesce()
    await this.#openFiles.close()
  }

  #letIn(): void {
    if (!this.hasRoom) return
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }
}
