import type { OttlaError } from '../../ottla-error.ts'
import type { FetchBuffer, FetchedChunk } from '../fetch/fetch-buffer.ts'
import type { AssignedPartition } from '../progress/assigned-partition.ts'

/**
 * Where those who process records get them from. What goes wrong in the background comes out here too, once, so that
 * nobody waits for records that will not come.
 */
export class Intake {
  readonly #buffer: FetchBuffer
  readonly #taken: () => void
  #failure: OttlaError | undefined
  /** The membership is over: nothing will come any more. */
  #end: OttlaError | undefined
  #waiting: (() => void)[] = []
  #isClosed = false

  /** `taken`: there is room in the buffer. */
  constructor(buffer: FetchBuffer, taken: () => void) {
    this.#buffer = buffer
    this.#taken = taken
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The next chunk, if there is one; throws what has gone wrong. */
  take(mayTake?: (partition: AssignedPartition) => boolean): FetchedChunk | undefined {
    this.#throwFailure()
    if (this.#isClosed) return undefined
    const chunk = this.#buffer.take(mayTake)
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

  /** Settles when `take` is worth another try. */
  change(): Promise<void> {
    if (this.#failure !== undefined || this.#end !== undefined || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  wake(): void {
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
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    if (this.#end !== undefined && !this.#isClosed) throw this.#end
  }
}
