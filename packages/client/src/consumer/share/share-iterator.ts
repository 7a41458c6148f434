import type { ShareEngine } from './share-engine.ts'
import type { ShareRecord } from './share-record.ts'

/**
 * The records one by one, for `for await`. One that is not decided is accepted when the next is asked for, and released
 * when the loop is left by `break` or an error.
 */
export class ShareIterator<K, V> implements AsyncIterableIterator<ShareRecord<K, V>> {
  readonly #engine: ShareEngine<K, V>
  #held: ShareRecord<K, V> | undefined
  #isOver = false

  constructor(engine: ShareEngine<K, V>) {
    this.#engine = engine
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<ShareRecord<K, V>>> {
    this.#held?.accept()
    this.#held = undefined
    while (!this.#isOver && !this.#engine.isClosed) {
      this.#held = this.#engine.take()
      if (this.#held !== undefined) return { value: this.#held, done: false }
      await this.#engine.change()
    }
    return { value: undefined, done: true }
  }

  return(): Promise<IteratorResult<ShareRecord<K, V>>> {
    this.#isOver = true
    this.#held?.release()
    this.#held = undefined
    return Promise.resolve({ value: undefined, done: true })
  }
}
