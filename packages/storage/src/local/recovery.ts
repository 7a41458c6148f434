import { join } from 'node:path'
import { PackedBatch } from '@ottla/protocol'
import type { FileSystem } from '@ottla/runtime'
import { DamagedLogError } from '../damaged-log-error.ts'
import { StampedBatch } from '../leader/stamped-batch.ts'
import type { PartitionId } from '../partition.ts'
import { type CheckpointFile, listCheckpoints, readCheckpoint } from './checkpoint.ts'
import { readBatchPlace, readPartitionId, readText } from './commit-format.ts'
import { applyKeys } from './commit-items.ts'
import {
  batchIn,
  type CommitEntry,
  type CommitFile,
  listCommitFiles,
  readCommitLog,
  replayEntry,
  voidFrom,
} from './commit-reader.ts'
import type { LocalLog } from './local-log.ts'
import type { LocalLogStore } from './local-log-store.ts'
import { unopenedSettings } from './unopened-settings.ts'

export interface Recovered {
  readonly lastSequence: number
  readonly nextFile: number
  readonly covered: number
  readonly previouslyCovered: number
  /** Of the commit log, that no checkpoint covers. */
  readonly commitBytes: number
  /** Partitions that may have segments before their log start. */
  readonly trimmed: ReadonlySet<LocalLog>
}

/** Brings a store to where it was: the newest checkpoint, then the commit log from there on. Segments are not read. */
export async function recover(store: LocalLogStore, keys: Map<string, string>): Promise<Recovered> {
  const { files, log } = store.runtime
  store.recovering = true
  const { recovery, covered, previouslyCovered } = await loadCheckpoint(store, keys)
  const found = await listCommitFiles(files, store.commitDirectory)
  if (covered === 0 && found.every(({ header }) => header === undefined)) await checkIsNew(store)
  await syncCommitFiles(files, found, covered)
  let lastSequence = covered
  let uncertain: CommitEntry[] = []
  let commitBytes = 0
  for await (const entry of readCommitLog(files, store.commitDirectory, found, covered, log)) {
    recovery.replay(entry)
    lastSequence = entry.sequence
    uncertain = [...uncertain.filter(({ sequence }) => sequence > entry.durable), entry]
    commitBytes += entry.table.length + entry.data.length
    while (!store.hasRoom) await store.room()
  }
  store.recovering = false
  for (const entry of uncertain) await writeAgain(files, entry)
  const trimmed = recovery.finish()
  return { lastSequence, nextFile: (found.at(-1)?.number ?? 0) + 1, covered, previouslyCovered, commitBytes, trimmed }
}

/** Topics that nothing tells of look like deleted ones, and would be removed with all that is in them. */
async function checkIsNew({ runtime, directory, topicsDirectory }: LocalLogStore): Promise<void> {
  const [topic] = await runtime.files.list(topicsDirectory)
  if (topic === undefined) return
  const what = `there are topics (${topic}), but neither a checkpoint nor a commit log that tells of them`
  throw new DamagedLogError(directory, 0, what)
}

/**
 * What is replayed must stay: the process that wrote it may have died before it was on disk, and the power may fail after
 * it was shown to others.
 */
async function syncCommitFiles(files: FileSystem, found: readonly CommitFile[], covered: number): Promise<void> {
  for (const [index, { path, header }] of found.entries()) {
    if (header === undefined || voidFrom(found, index) <= covered + 1) continue
    const file = await files.open(path, 'write')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }
}

/**
 * An entry that no later one knows of as durable may be one whose write has failed. Then it is in the system's memory, but the system may hold it for
 * written and do nothing when asked to sync it. Written again it counts as changed.
 */
async function writeAgain(files: FileSystem, { path, position, bytes }: CommitEntry): Promise<void> {
  const file = await files.open(path, 'write', { durable: true })
  try {
    await file.write(position, [bytes])
  } finally {
    await file.close()
  }
}

/** The newest checkpoint that is whole. None is right only where nothing was ever checkpointed. */
async function loadCheckpoint(store: LocalLogStore, keys: Map<string, string>) {
  const { files, log } = store.runtime
  const all = await listCheckpoints(files, store.checkpointDirectory)
  let damage: DamagedLogError | undefined
  for (const [index, covered] of all.entries()) {
    try {
      const recovery = new Recovery(store, keys)
      recovery.load(await readCheckpoint(files, store.checkpointDirectory, covered))
      return { recovery, covered, previouslyCovered: all[index + 1] ?? covered }
    } catch (error) {
      if (!(error instanceof DamagedLogError)) throw error
      log.write('error', `${error.message}; the one before it is used`, { file: error.path })
      damage ??= error
      store.clear()
      keys.clear()
    }
  }
  if (damage !== undefined) throw damage
  return { recovery: new Recovery(store, keys), covered: 0, previouslyCovered: 0 }
}

class Recovery {
  readonly #store: LocalLogStore
  readonly #keys: Map<string, string>
  readonly #logs = new Map<number, LocalLog>()
  // What the checkpoint holds of a partition, and of the keys, is as of these sequence numbers.
  readonly #asOf = new Map<number, number>()
  #keysAsOf = 0
  /** Partitions that are not known because they were deleted after all; their deletion must follow. */
  readonly #unknown = new Map<number, CommitEntry>()
  readonly #trimmed = new Set<LocalLog>()

  constructor(store: LocalLogStore, keys: Map<string, string>) {
    this.#store = store
    this.#keys = keys
  }

  load(checkpoint: CheckpointFile): void {
    const { body } = checkpoint
    this.#store.nextLogId = body.int32()
    const topics = new Map<string, string>()
    let dataAt = 0
    for (let left = body.int32(); left > 0; left--) dataAt = this.#loadLog(checkpoint, dataAt, topics)
    this.#keysAsOf = body.int64()
    for (let left = body.int32(); left > 0; left--) this.#keys.set(readText(body), readText(body))
  }

  // Names are the same for all partitions of a topic: one string serves them all.
  #loadLog(checkpoint: CheckpointFile, dataAt: number, texts: Map<string, string>): number {
    const { body } = checkpoint
    const logId = body.int32()
    this.#asOf.set(logId, body.int64())
    const { topic, topicId, partition } = readPartitionId(body)
    const id = { topic: shared(texts, topic), topicId: shared(texts, topicId), partition }
    const log = this.#open(logId, id)
    log.state.decode(body)
    for (let left = body.int32(); left > 0; left--)
      log.restoreSegment(body.int64(), body.int64(), body.int64(), body.int64())
    for (let left = body.int32(); left > 0; left--) {
      const place = readBatchPlace(body)
      const batch = batchIn(checkpoint.data, dataAt, place)
      if (batch === undefined) throw new DamagedLogError(checkpoint.path, dataAt, 'a batch is not what it was')
      // Its segment may have been written to, even removed, since: see LocalLog.
      log.littered = true
      log.hold(new StampedBatch(batch))
      dataAt += place.bytes
    }
    const first = log.segments[1]?.baseOffset ?? log.state.endOffset
    if (log.segments.length > 0 && first <= log.state.logStartOffset) this.#trimmed.add(log)
    return dataAt
  }

  #open(logId: number, id: PartitionId): LocalLog {
    const log = this.#store.createLog(id, unopenedSettings, logId)
    log.declared = true
    this.#logs.set(logId, log)
    return log
  }

  replay(entry: CommitEntry): void {
    const isOld = (logId: number) => entry.sequence <= (this.#asOf.get(logId) ?? 0)
    const known = (logId: number): LocalLog | undefined => {
      const log = this.#logs.get(logId)
      if (log === undefined) this.#unknown.set(logId, entry)
      return isOld(logId) ? undefined : log
    }
    replayEntry(entry, {
      open: (logId, id) => {
        if (!this.#logs.has(logId)) this.#open(logId, id)
      },
      batch: (logId, bytes) => {
        const log = known(logId)
        if (log !== undefined) this.#replayBatch(log, bytes, entry)
      },
      start: (logId, offset) => {
        const log = known(logId)
        if (log === undefined) return
        log.state.startAt(offset)
        this.#trimmed.add(log)
      },
      drop: (logIds) => {
        for (const logId of logIds) this.#drop(logId)
      },
      keys: (changes) => {
        if (entry.sequence > this.#keysAsOf) applyKeys(this.#keys, changes)
      },
    })
  }

  #replayBatch(log: LocalLog, bytes: Buffer, entry: CommitEntry): void {
    const batch = new StampedBatch(new PackedBatch(bytes))
    if (batch.baseOffset !== log.state.endOffset) {
      const { topic, partition } = log.id
      const what = `${topic}-${partition} goes on with offset ${batch.baseOffset} where ${log.state.endOffset} is next`
      throw new DamagedLogError(entry.path, entry.position, what)
    }
    log.littered = true
    log.apply(batch)
  }

  #drop(logId: number): void {
    this.#unknown.delete(logId)
    const log = this.#logs.get(logId)
    if (log === undefined) return
    this.#logs.delete(logId)
    this.#trimmed.delete(log)
    log.closing = log.dropped = true
    void log.drop()
    this.#store.topics.delete(log.id.topicId)
  }

  finish(): ReadonlySet<LocalLog> {
    for (const [logId, { path, position }] of this.#unknown)
      throw new DamagedLogError(path, position, `it tells of a partition (${logId}) that nothing tells of`)
    return this.#trimmed
  }
}

function shared(texts: Map<string, string>, text: string): string {
  const known = texts.get(text)
  if (known === undefined) texts.set(text, text)
  return known ?? text
}

/** Directories of topics that are not there any more: their removal was interrupted. */
export async function removeDeletedTopics(store: LocalLogStore): Promise<void> {
  const { files } = store.runtime
  // Listed before it is known which there are: a topic that is created meanwhile is not in the list.
  const names = await files.list(store.topicsDirectory)
  const known = new Set<string>()
  for (const logs of store.topics.values()) for (const log of logs) if (log) known.add(store.topicDirectory(log.id))
  for (const name of names) {
    const directory = join(store.topicsDirectory, name)
    if (!known.has(directory)) await files.removeTree(directory)
  }
}
