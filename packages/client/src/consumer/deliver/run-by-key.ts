import type { ConsumerRecord } from '../consumer-record.ts'
import type { FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import type { OffsetProgress, PendingOffset } from '../progress/offset-progress.ts'
import { ChunkCursor } from './chunk-cursor.ts'
import type { Deserializers } from './deserializers.ts'
import type { Intake } from './intake.ts'
import { laneOf } from './key-lane.ts'
import { handleRecord } from './record-handler.ts'
import { recordsPerLook } from './record-iterator.ts'
import type { HandlerContext, RunByRecord } from './run-options.ts'

/** Records that wait in the lanes, for each lane: enough for a slow key not to hold up the others at once. */
const waitingPerLane = 64

/**
 * So many offsets of a partition may be done behind one that is not: they cannot be committed, and each takes some memory.
 */
const unfinishedMost = 100_000

interface Job<K, V> {
  readonly record: ConsumerRecord<K, V>
  readonly partition: AssignedPartition
  readonly progress: OffsetProgress
  readonly pending: PendingOffset
  readonly context: HandlerContext
  /** The handler works on it. */
  handling: Promise<boolean> | undefined
}

/**
 * Hands records to `concurrency` lanes by their keys. Each lane handles one record after the other.
 *
 *     chunk   a1 b1 a2 c1 b2       lane 0   a1 a2 c1
 *                                  lane 1   b1 b2
 *
 * An offset is committed only when all before it are done, in whichever lane (`OffsetProgress`).
 */
export class RunByKey<K, V> {
  readonly #intake: Intake
  readonly #options: RunByRecord<K, V>
  readonly #deserializers: Deserializers<K, V>
  readonly #lanes: Job<K, V>[][]
  readonly #working = new Set<Promise<void>>()
  readonly #partitions = new Set<AssignedPartition>()
  readonly #failures: unknown[] = []
  #waitingCount = 0

  constructor(intake: Intake, options: RunByRecord<K, V>, deserializers: Deserializers<K, V>) {
    this.#intake = intake
    this.#options = options
    this.#deserializers = deserializers
    this.#lanes = Array.from({ length: options.concurrency ?? 1 }, () => [])
  }

  /** Settles when the consumer closes or the signal fires, and all handlers have finished; throws what the first threw. */
  async run(): Promise<void> {
    const { signal } = this.#options
    const stop = () => this.#intake.wake()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      while (!this.#isOver) {
        const chunk = this.#intake.take()
        if (chunk === undefined) await this.#intake.change()
        else await this.#deal(chunk)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      await Promise.all(this.#working)
      this.#rewind()
    }
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  get #isOver(): boolean {
    return this.#failures.length > 0 || this.#intake.isClosed || this.#options.signal?.aborted === true
  }

  /** What was dealt and not done is handed out again, to whoever comes next. */
  #rewind(): void {
    for (const partition of this.#partitions) {
      if (partition.progress.unfinishedCount > 0 && !partition.isLeaving) this.#intake.rewind(partition)
    }
  }

  async #deal(chunk: FetchedChunk): Promise<void> {
    const { partition, nextOffset } = chunk
    const { progress, signal } = partition
    const context = { signal }
    this.#partitions.add(partition)
    const cursor = new ChunkCursor(chunk, this.#deserializers)
    for (let count = 1; ; count++) {
      const record = cursor.next() ?? (await cursor.later())
      if (record === undefined) break
      partition.enter()
      const pending = progress.begin(record.offset + 1)
      this.#push({ record, partition, progress, context, pending, handling: undefined })
      while (this.#mustWait(progress) && !this.#isOver) await this.#intake.change()
      if (count % recordsPerLook === 0 && this.#intake.isTurnDue) await this.#intake.change()
      if (this.#isOver) {
        if (!cursor.isVoid) this.#intake.putBack(partition)
        return
      }
    }
    if (!cursor.isVoid) progress.done(progress.begin(nextOffset))
  }

  #mustWait(progress: OffsetProgress): boolean {
    return this.#waitingCount >= this.#lanes.length * waitingPerLane || progress.unfinishedCount >= unfinishedMost
  }

  #push(job: Job<K, V>): void {
    const index = laneOf(job.record.key, job.record.offset, this.#lanes.length)
    const lane = this.#lanes[index]!
    if (lane.length === 0) {
      this.#begin(job)
      if (job.handling === undefined) return
    }
    lane.push(job)
    this.#waitingCount++
    if (lane.length > 1) return
    const work: Promise<void> = this.#work(lane).finally(() => this.#working.delete(work))
    this.#working.add(work)
  }

  /** Works until the lane is empty; what it works on stays at its front. */
  async #work(lane: Job<K, V>[]): Promise<void> {
    for (let job = lane[0]; job !== undefined; job = lane[0]) {
      if (job.handling === undefined) this.#begin(job)
      if (job.handling !== undefined) await this.#finish(job)
      lane.shift()
      this.#waitingCount--
      this.#intake.wake()
    }
  }

  /** Calls the handler. One that returns at once is done then. */
  #begin(job: Job<K, V>): void {
    const handled = this.#isWanted(job) && handleRecord(this.#options, job.record, job.context)
    if (typeof handled === 'object') {
      job.handling = handled
      return
    }
    if (handled) job.progress.done(job.pending)
    job.partition.leave()
  }

  async #finish(job: Job<K, V>): Promise<void> {
    try {
      if (await job.handling) job.progress.done(job.pending)
    } catch (error) {
      this.#failures.push(error)
    }
    job.partition.leave()
  }

  /** What waits in a lane is dropped when the run ends, and when its partition has jumped elsewhere or is taken away. */
  #isWanted({ partition, progress }: Job<K, V>): boolean {
    return !this.#isOver && !partition.signal.aborted && partition.progress === progress
  }
}
