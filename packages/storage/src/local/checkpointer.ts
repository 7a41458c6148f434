import { join } from 'node:path'
import type { Writer } from '@ottla/protocol'
import type { Timer } from '@ottla/runtime'
import { CheckpointBody, checkpointName, listCheckpoints, newWriter, writeCheckpoint } from './checkpoint.ts'
import { writeText } from './commit-format.ts'
import { listCommitFiles, voidFrom } from './commit-reader.ts'
import { inParallel } from './in-parallel.ts'
import type { LocalLog } from './local-log.ts'
import type { LocalLogStore } from './local-log-store.ts'

const retryMs = 5000
/**
 * Partitions that are written at a time. The sync of a large segment takes long, and one of the few threads; the commit log
 * needs one for each entry under way. Where there are many partitions their files are small.
 */
const parallel = { few: 2, many: 8 }
const manyPartitions = 64
/** So many take a few seconds. */
const defaultMaxPartitionsAtClose = 500
// A pause for appends and fetches after so many partitions.
const partitionsAtOnce = 500

/** A stop is not held up by it: the next start replays the commit log. */
class GivenUp extends Error {}

/**
 * Makes the entries of the commit log superfluous:
 *
 *     1. the commit log goes on in a new file; what lies in older ones is covered from now on
 *     2. each partition says what it knows, flushes its tail, and syncs its segments; appends go on meanwhile
 *     3. directories are synced, the checkpoint file is written
 *     4. commit files that the checkpoint before this one does not need are removed
 *
 * Each partition is taken as of its own moment, after 1. Replay leaves out what it knew then.
 */
export class Checkpointer {
  readonly #store: LocalLogStore
  readonly #keys: ReadonlyMap<string, string>
  /** What the newest checkpoint covers. */
  #covered: number
  #previouslyCovered: number
  #running: Promise<void> | undefined = undefined
  #retry: Timer | undefined = undefined
  #closed = false
  /** How much had been written to the commit log when the newest checkpoint began; less than nothing for what was found. */
  #coveredBytes: number

  constructor(
    store: LocalLogStore,
    keys: ReadonlyMap<string, string>,
    start: { covered: number; previouslyCovered: number; commitBytes: number },
  ) {
    this.#store = store
    this.#keys = keys
    this.#covered = start.covered
    this.#previouslyCovered = start.previouslyCovered
    this.#coveredBytes = -start.commitBytes
  }

  /** Makes a checkpoint if the commit log has grown enough. */
  wake(): void {
    const { commitLog, settings } = this.#store
    if (commitLog.writtenBytes - this.#coveredBytes < settings.checkpointBytes) return
    if (this.#running !== undefined || this.#retry !== undefined || this.#closed) return
    this.#running = this.run()
      .catch((error) => {
        if (!(error instanceof GivenUp)) this.#failed(error)
      })
      .finally(() => {
        this.#running = undefined
        this.wake()
      })
  }

  #failed(error: Error): void {
    this.#store.runtime.log.write('error', 'a checkpoint failed', { err: error })
    this.#store.flushFailed(error)
    if (this.#closed) return
    this.#retry = this.#store.runtime.timer(retryMs, () => {
      this.#retry = undefined
      this.wake()
    })
  }

  /**
   * Ends the background work, then makes a last checkpoint if there is anything to cover. Not where thousands of partitions
   * would have to be written for it: that takes longer than a start that replays what they hold, unless that is much.
   */
  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.cancel()
    await this.#running
    await this.#store.commitLog.spare.close()
    if (this.#store.commitLog.lastSequence === this.#covered) return
    await this.run().catch((error) => {
      if (!(error instanceof GivenUp)) throw error
      this.#store.runtime.log.write(
        'info',
        'no last checkpoint, too many partitions changed: the next start replays them',
      )
    })
  }

  async run(): Promise<void> {
    const { commitLog, runtime, checkpointDirectory, settings } = this.#store
    const covered = await commitLog.roll()
    const coveredBytes = commitLog.writtenBytes
    const body = new CheckpointBody(settings.smallTailBytes, this.#closed ? settings.tailBytes : undefined)
    const count = await this.#preparePartitions(body)
    await this.#syncDirectories()
    const head = newWriter()
    head.int32(this.#store.nextLogId)
    head.int32(count)
    const keys = newWriter()
    this.#encodeKeys(keys, commitLog.lastSequence)
    // What the checkpoint knows of entries that it does not cover must not be ahead of them: under the policy `os` they could
    // be lost, and their sequence numbers given out again.
    await commitLog.syncFile()
    const parts = [head.finish(), body.partitions.finish(), keys.finish()]
    await writeCheckpoint(runtime.files, checkpointDirectory, covered, parts, body.data)
    this.#store.flushSucceeded()
    this.#coveredBytes = coveredBytes
    this.#previouslyCovered = this.#covered
    this.#covered = covered
    commitLog.forgetOlder()
    await this.#removeOld()
  }

  async #preparePartitions(into: CheckpointBody): Promise<number> {
    const sequence = () => this.#store.commitLog.lastSequence
    const logs = [...this.#store.logs()]
    let count = 0
    const dirty: LocalLog[] = []
    for (const [index, log] of logs.entries()) {
      if (index % partitionsAtOnce === partitionsAtOnce - 1) await this.#pause()
      if (!log.synced || !into.takesTail(log.tailBytes)) dirty.push(log)
      else if (log.encode(into, sequence(), true)) count++
    }
    const limit = this.#store.settings.maxPartitionsAtClose ?? defaultMaxPartitionsAtClose
    const { many, few } = parallel
    const isLong = dirty.length >= limit
    // Whoever has asked for the stop should know what it waits for.
    if (this.#closed && isLong && !this.#replayIsShort)
      this.#store.runtime.log.write('info', `writing ${dirty.length} partitions to their segments before the end`)
    await inParallel(this.#closed || dirty.length > manyPartitions ? many : few, dirty, async (log) => {
      if (this.#closed && isLong && this.#replayIsShort) throw new GivenUp()
      if (await log.checkpoint(into, sequence)) count++
    })
    return count
  }

  /** What no checkpoint covers has room in memory when it is replayed. Otherwise a start would have to write it too. */
  get #replayIsShort(): boolean {
    const { commitLog, replayBytes } = this.#store
    return commitLog.writtenBytes - this.#coveredBytes <= replayBytes
  }

  // Any look at the disk lets others have a turn. (A timer would not do: it does not keep a process alive that closes.)
  async #pause(): Promise<void> {
    await this.#store.runtime.files.size(this.#store.checkpointDirectory)
  }

  async #syncDirectories(): Promise<void> {
    const directories = this.#store.directoriesToSync
    this.#store.directoriesToSync = new Set()
    try {
      for (const directory of directories) {
        await this.#store.runtime.files.syncDirectory(directory).catch(ignoreMissing)
      }
    } catch (error) {
      for (const directory of directories) this.#store.directoriesToSync.add(directory)
      throw error
    }
  }

  #encodeKeys(into: Writer, sequence: number): void {
    into.int64(sequence)
    into.int32(this.#keys.size)
    for (const [key, value] of this.#keys) {
      writeText(into, key)
      writeText(into, value)
    }
  }

  /** The checkpoint before the newest stays, and the commit files that it needs. */
  async #removeOld(): Promise<void> {
    const { files } = this.#store.runtime
    const { checkpointDirectory, commitDirectory } = this.#store
    for (const covered of await listCheckpoints(files, checkpointDirectory))
      if (covered < this.#previouslyCovered) await files.remove(join(checkpointDirectory, checkpointName(covered)))
    const found = await listCommitFiles(files, commitDirectory)
    for (const [index, file] of found.entries())
      if (voidFrom(found, index) <= this.#previouslyCovered + 1)
        await this.#store.commitLog.spare.keep({ path: file.path, bytes: file.size })
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
