import { dirname } from 'node:path'
import type { DirectoryLock, Runtime, Timer } from '@ottla/runtime'
import { LeaderPartition } from '../leader/leader-partition.ts'
import type { Partition, PartitionId } from '../partition.ts'
import type { KeyValueStore, Storage, StorageSettings } from '../storage.ts'
import type { TopicSettings } from '../topic-settings.ts'
import { Checkpointer } from './checkpointer.ts'
import { DropItem, KeysItem } from './commit-items.ts'
import { CommitLog } from './commit-log.ts'
import type { LocalLog } from './local-log.ts'
import { LocalLogStore } from './local-log-store.ts'
import { recover, removeDeletedTopics } from './recovery.ts'

/** Storage in a directory of this machine. */
export class LocalStorage implements Storage {
  readonly keys: KeyValueStore
  readonly #store: LocalLogStore
  readonly #lock: DirectoryLock
  readonly #checkpointer: Checkpointer
  readonly #partitions = new Map<string, (LeaderPartition | undefined)[]>()
  #retention: Timer | undefined = undefined
  #removing: Promise<void>
  #closed = false

  private constructor(
    store: LocalLogStore,
    lock: DirectoryLock,
    keys: Map<string, string>,
    checkpointer: Checkpointer,
  ) {
    this.#store = store
    this.#lock = lock
    this.#checkpointer = checkpointer
    this.keys = new LocalKeys(store, keys)
    this.#removing = this.#remove(() => removeDeletedTopics(store))
    this.#scheduleRetention()
  }

  static async open(runtime: Runtime, directory: string, settings: StorageSettings): Promise<LocalStorage> {
    const { files } = runtime
    const store = new LocalLogStore(runtime, directory, settings)
    await files.makeDirectory(directory)
    const lock = await files.lock(directory)
    try {
      for (const below of [store.commitDirectory, store.checkpointDirectory, store.topicsDirectory])
        await files.makeDirectory(below)
      await files.syncDirectory(directory)
      await syncAbove(runtime, directory)
      const keys = new Map<string, string>()
      const recovered = await recover(store, keys)
      const checkpointer: Checkpointer = new Checkpointer(store, keys, recovered)
      store.commitLog = await CommitLog.open({
        runtime,
        directory: store.commitDirectory,
        policy: settings.flushPolicy,
        nextFile: recovered.nextFile,
        nextSequence: recovered.lastSequence + 1,
        fileBytes: settings.checkpointBytes,
        onEntry: () => checkpointer.wake(),
      })
      for (const log of recovered.trimmed) log.startMoved()
      checkpointer.wake()
      store.flusher.wake()
      return new LocalStorage(store, lock, keys, checkpointer)
    } catch (error) {
      await store.close()
      await lock.release()
      throw error
    }
  }

  partition(topicId: string, partition: number): Partition | undefined {
    const opened = this.#partitions.get(topicId)?.[partition]
    if (opened !== undefined) return opened
    const log = this.#store.log(topicId, partition)
    return log && this.#lead(log)
  }

  async openPartitions(ids: readonly PartitionId[], settings: TopicSettings): Promise<readonly Partition[]> {
    return ids.map((id) => {
      const log = this.#store.log(id.topicId, id.partition) ?? this.#store.createLog(id, settings)
      log.settings = settings
      return this.#partitions.get(id.topicId)?.[id.partition] ?? this.#lead(log)
    })
  }

  #lead(log: LocalLog): LeaderPartition {
    const { topicId, partition } = log.id
    const partitions = this.#partitions.get(topicId) ?? []
    this.#partitions.set(topicId, partitions)
    while (partitions.length < partition) partitions.push(undefined)
    const leader = new LeaderPartition(this.#store.runtime, log)
    partitions[partition] = leader
    return leader
  }

  async deleteTopic(topicId: string): Promise<void> {
    const logs = (this.#store.topics.get(topicId) ?? []).filter((log) => log !== undefined)
    const [first] = logs
    if (first === undefined) return
    for (const log of logs) log.closing = true
    try {
      await new Promise<void>((resolve, reject) => this.#store.commit(new DropItem(logs, resolve, reject)))
    } catch (error) {
      for (const log of logs) log.closing = false
      throw error
    }
    this.#store.topics.delete(topicId)
    this.#partitions.delete(topicId)
    for (const log of logs) {
      await log.drop()
      log.listener?.()
    }
    const earlier = this.#removing
    const { files } = this.#store.runtime
    this.#removing = this.#remove(async () => {
      await earlier
      await this.#store.commitLog.sync()
      await files.removeTree(this.#store.topicDirectory(first.id))
    })
    await this.#removing
  }

  // What is left behind goes at the next start.
  async #remove(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#store.runtime.log.write('warn', 'files of deleted topics could not be removed', { err: error })
    }
  }

  async enforceRetention(): Promise<void> {
    const now = this.#store.runtime.now()
    const moves: Promise<void>[] = []
    for (const log of this.#store.logs()) {
      log.state.expireProducers(now - this.#store.settings.producerIdExpirationMs)
      const start = log.expiredBefore(now)
      if (start > log.state.logStartOffset && !log.closing) moves.push(log.setLogStart(start))
    }
    await Promise.all(moves)
  }

  #scheduleRetention(): void {
    this.#retention = this.#store.runtime.timer(this.#store.settings.retentionCheckIntervalMs, () => {
      this.enforceRetention()
        .catch((error) => this.#store.runtime.log.write('warn', 'retention could not be enforced', { err: error }))
        .finally(() => {
          if (!this.#closed) this.#scheduleRetention()
        })
    })
  }

  usage(): { readonly bytes: number } {
    let bytes = 0
    for (const log of this.#store.logs()) bytes += log.sizeBytes
    return { bytes }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#retention?.cancel()
    const { commitLog, runtime } = this.#store
    await commitLog.seal()
    await this.#removing
    await this.#store.quiesce()
    try {
      await this.#checkpointer.close()
    } catch (error) {
      // Nothing is lost: the commit log has it all, the next start replays it.
      runtime.log.write('error', 'the last checkpoint failed', { err: error })
    }
    await this.#store.close()
    await commitLog.close()
    await this.#lock.release()
  }
}

// A data directory that was created just now is lost with its entry in the directory above. Those above that may have been
// created with it too; some of them may not be ours to open.
async function syncAbove(runtime: Runtime, directory: string): Promise<void> {
  for (let at = directory; at !== dirname(at); at = dirname(at))
    await runtime.files.syncDirectory(dirname(at)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
    })
}

class LocalKeys implements KeyValueStore {
  readonly #store: LocalLogStore
  readonly #entries: Map<string, string>

  constructor(store: LocalLogStore, entries: Map<string, string>) {
    this.#store = store
    this.#entries = entries
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#entries
  }

  commit(changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#store.commit(new KeysItem(this.#entries, new Map(changes), resolve, reject)),
    )
  }
}
