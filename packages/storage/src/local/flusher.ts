import type { Timer } from '@ottla/runtime'
import { inParallel } from './in-parallel.ts'
import type { LocalLog } from './local-log.ts'
import type { LocalLogStore } from './local-log-store.ts'

const retryMs = 1000
/** A start has no appends to hold up, and the disk to itself. */
const parallel = { recovering: 8, serving: 2 }

/** Moves tails into segments in the background, the largest first, when they take more than half of their memory. */
export class Flusher {
  readonly #store: LocalLogStore
  readonly #withTail = new Set<LocalLog>()
  #running: Promise<void> | undefined = undefined
  #retry: Timer | undefined = undefined
  #closed = false

  constructor(store: LocalLogStore) {
    this.#store = store
  }

  add(log: LocalLog): void {
    this.#withTail.add(log)
  }

  remove(log: LocalLog): void {
    this.#withTail.delete(log)
  }

  wake(): void {
    if (this.#running !== undefined || this.#retry !== undefined || this.#closed) return
    this.#running = this.#flush().finally(() => {
      this.#running = undefined
      // Someone may have called in vain after the last look.
      if (this.#isOverdue) this.wake()
    })
  }

  /** Resolves when no flush is under way. */
  async settled(): Promise<void> {
    await this.#running
  }

  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    this.#retry = undefined
  }

  get #isOverdue(): boolean {
    return this.#store.tailBytes > this.#store.flushAboveBytes
  }

  async #flush(): Promise<void> {
    const { runtime } = this.#store
    try {
      while (this.#isOverdue && !this.#closed) {
        const logs = this.#largest(this.#store.tailBytes - this.#store.flushAboveBytes / 2).reverse()
        const count = this.#store.recovering ? parallel.recovering : parallel.serving
        await inParallel(count, logs, async (log) => {
          if (!this.#closed) await log.flush()
        })
      }
      this.#store.flushSucceeded()
    } catch (error) {
      runtime.log.write('error', 'segments cannot be written', { err: error })
      this.#store.flushFailed(error as Error)
      if (this.#closed) return
      this.#retry = runtime.timer(retryMs, () => {
        this.#retry = undefined
        this.wake()
      })
    }
  }

  #largest(bytes: number): LocalLog[] {
    const logs = [...this.#withTail].sort((a, b) => b.tailBytes - a.tailBytes)
    let sum = 0
    const enough = logs.findIndex((log) => {
      sum += log.tailBytes
      return sum >= bytes
    })
    return enough < 0 ? logs : logs.slice(0, enough + 1)
  }
}
