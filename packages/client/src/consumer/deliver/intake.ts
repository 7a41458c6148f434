import type { Runtime } from '@ottla/runtime'
import type { OttlaError } from '../../ottla-error.ts'
import type { FetchBuffer, FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'
import { type Polls, WaitingClock } from './waiting-clock.ts'

/** So long may records be handed out from promise to promise until answers and heartbeats have their turn again. */
const longestTurnMs = 10

/**
 * Where those who process records get them from. What goes wrong in the background comes out here too, once, so that
 * nobody waits for records that will not come.
 */
export class Intake {
  readonly #buffer: FetchBuffer
  readonly #runtime: Runtime
  readonly #taken: () => void
  #failure: OttlaError | undefined
  /** The membership is over: nothing will come any more. */
  #end: OttlaError | undefined
  #waiting: (() => void)[] = []
  #isClosed = false
  /** When others have had their turn last. */
  #turnMs = 0
  readonly #clock: WaitingClock

  /** `taken`: there is room in the buffer. */
  constructor(buffer: FetchBuffer, runtime: Runtime, taken: () => void) {
    this.#buffer = buffer
    this.#runtime = runtime
    this.#clock = new WaitingClock(runtime)
    this.#taken = taken
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Records have been handed out for long: whoever goes on with them should await `change` first. */
  get isTurnDue(): boolean {
    return this.#runtime.monotonic() - this.#turnMs > longestTurnMs
  }

  /** The next chunk, if there is one and no turn is due; throws what has gone wrong. */
  take(mayTake?: (partition: AssignedPartition) => boolean): FetchedChunk | undefined {
    this.#throwFailure()
    if (this.#isClosed || this.isTurnDue) return undefined
    const chunk = this.#buffer.take(mayTake)
    this.#clock.asked(chunk !== undefined)
    if (chunk !== undefined) this.#taken()
    return chunk
  }

  /** What the partition has fetched and not handed out is fetched again. */
  putBack(partition: AssignedPartition): void {
    partition.refetch()
    this.#buffer.drop(partition)
    this.#taken()
  }

  /** What a handler has failed at, and all behind it, is handed out again. */
  rewind(partition: AssignedPartition): void {
    partition.moveTo(partition.progress.processed, partition.processedEpoch)
    this.#buffer.drop(partition)
    this.#taken()
  }

  /** What a handler has left of a chunk, from `offset` on, is handed out next: it need not be fetched again. */
  giveBack(chunk: FetchedChunk, offset: number): void {
    chunk.partition.position = offset
    const batches = chunk.batches.filter((batch) => batch.lastOffset >= offset)
    this.#buffer.putFirst({ ...chunk, batches, fromOffset: offset })
  }

  /** How the consumer was asked for records. */
  polls(): Polls {
    return this.#clock.polls()
  }

  /** Settles when `take` is worth another try. */
  change(): Promise<void> {
    if (this.#failure !== undefined || this.#end !== undefined || this.#isClosed) return Promise.resolve()
    if (this.isTurnDue) return this.#turn()
    this.#clock.waits()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Something has come from outside, so others have just had their turn. */
  arrived(): void {
    this.#turnMs = this.#runtime.monotonic()
    this.wake()
  }

  wake(): void {
    this.#clock.wakes()
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** The first failure counts: those that follow are mostly its consequences. */
  fail(error: OttlaError): void {
    this.#failure ??= error
    this.wake()
  }

  /** From now on whoever asks for records gets the error, until `begin`. */
  end(error: OttlaError): void {
    this.#end = error
    this.wake()
  }

  begin(): void {
    this.#end = undefined
  }

  close(): void {
    this.#isClosed = true
    this.wake()
    this.#clock.close()
  }

  #turn(): Promise<void> {
    return new Promise((resolve) =>
      this.#runtime.afterInput(() => {
        this.#turnMs = this.#runtime.monotonic()
        resolve()
      }),
    )
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    if (this.#end !== undefined && !this.#isClosed) throw this.#end
  }
}
