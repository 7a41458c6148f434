import { processingFailed } from '../deliver/record-handler.ts'
import type { ShareRunOptions } from './share-consumer.ts'
import type { ShareEngine } from './share-engine.ts'
import type { ShareRecord } from './share-record.ts'

/** Gives records to a handler, up to `concurrency` at a time, until the consumer closes or the signal fires. */
export class ShareRunner<K, V> {
  readonly #engine: ShareEngine<K, V>
  readonly #options: ShareRunOptions<K, V>
  readonly #working = new Set<Promise<void>>()
  readonly #failures: unknown[] = []

  constructor(engine: ShareEngine<K, V>, options: ShareRunOptions<K, V>) {
    this.#engine = engine
    this.#options = options
  }

  /** Settles when all handlers have finished; throws what the first one threw, if that was to end the run. */
  async run(): Promise<void> {
    const { concurrency = 1, signal } = this.#options
    const stop = () => this.#engine.wakeTakers()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      while (!this.#isOver) {
        const record = this.#working.size < concurrency ? this.#engine.take() : undefined
        if (record === undefined) await this.#engine.change()
        else this.#begin(record)
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      await Promise.all(this.#working)
    }
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  get #isOver(): boolean {
    return this.#failures.length > 0 || this.#engine.isClosed || this.#options.signal?.aborted === true
  }

  #begin(record: ShareRecord<K, V>): void {
    const work: Promise<void> = this.#handle(record)
      .catch((error) => void this.#failures.push(error))
      .finally(() => {
        this.#working.delete(work)
        this.#engine.wakeTakers()
      })
    this.#working.add(work)
  }

  async #handle(record: ShareRecord<K, V>): Promise<void> {
    try {
      await this.#options.eachRecord(record)
      record.accept()
    } catch (cause) {
      await this.#decideFailed(record, cause)
    }
  }

  async #decideFailed(record: ShareRecord<K, V>, cause: unknown): Promise<void> {
    const { topic, partition, offset } = record
    const error = processingFailed(cause, topic, partition, `the record at offset ${offset}`)
    let decision: unknown = 'release'
    try {
      decision = await this.#options.onError?.(error, record)
    } finally {
      // A decider that fails itself has not rejected the record.
      if (decision === 'reject') record.reject()
      else record.release()
    }
    if (decision === 'stop') throw error
  }
}
