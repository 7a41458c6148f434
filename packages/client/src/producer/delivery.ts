import type { OttlaError } from '../ottla-error.ts'
import type { RecordMetadata } from './record.ts'

/** Where the broker has put the batch of a record, as it said; -1: it did not say. */
export interface BatchPlace {
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
}

/** Whoever waits for records, each known to it by a slot. */
export interface Delivery {
  succeeded(slot: number, metadata: RecordMetadata, place: BatchPlace): void
  failed(slot: number, error: OttlaError): void
}

/** One record. */
export class SingleDelivery implements Delivery {
  readonly #resolve: (metadata: RecordMetadata) => void
  readonly #reject: (error: OttlaError) => void

  constructor(resolve: (metadata: RecordMetadata) => void, reject: (error: OttlaError) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  succeeded(_slot: number, metadata: RecordMetadata): void {
    this.#resolve(metadata)
  }

  failed(_slot: number, error: OttlaError): void {
    this.#reject(error)
  }
}

/** Several records of one call: settles when all have, and fails with the first error. */
export class GroupDelivery implements Delivery {
  readonly #resolve: (metadata: RecordMetadata[]) => void
  readonly #reject: (error: OttlaError) => void
  readonly #metadata: RecordMetadata[]
  #pending: number
  #error: OttlaError | undefined

  constructor(count: number, resolve: (metadata: RecordMetadata[]) => void, reject: (error: OttlaError) => void) {
    this.#resolve = resolve
    this.#reject = reject
    this.#metadata = new Array(count)
    this.#pending = count
  }

  succeeded(slot: number, metadata: RecordMetadata): void {
    this.#metadata[slot] = metadata
    this.#countDown()
  }

  failed(_slot: number, error: OttlaError): void {
    this.#error ??= error
    this.#countDown()
  }

  #countDown(): void {
    if (--this.#pending > 0) return
    if (this.#error === undefined) this.#resolve(this.#metadata)
    else this.#reject(this.#error)
  }
}
