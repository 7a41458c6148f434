import { isPromise } from '../topic/standard-schema.ts'
import { type AnyRecord, allUntyped, topicName, untyped } from '../topic/typed-topic.ts'
import { GroupDelivery, SingleDelivery } from './delivery.ts'
import { isSendHeard, tracedSend } from './diagnostics.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { ProducerRecord, RecordMetadata } from './record.ts'
import { SerializingLines } from './serializing-lines.ts'

export interface EntranceOptions {
  readonly dispatcher: Dispatcher
  readonly clientId: string
  readonly transactionalId?: string
  /** Throws if a record must not go on now. */
  readonly check?: () => void
}

/** Where records come in: those of typed topics become plain ones, and whoever listens hears of each call. */
export class Entrance {
  readonly #options: EntranceOptions
  readonly #dispatcher: Dispatcher
  readonly #lines = new SerializingLines()

  constructor(options: EntranceOptions) {
    this.#options = options
    this.#dispatcher = options.dispatcher
  }

  send<K, V>(record: AnyRecord<K, V>): Promise<RecordMetadata> {
    if (isSendHeard()) return this.#traced([record]).then(([metadata]) => metadata!)
    return new Promise((resolve, reject) => {
      const delivery = new SingleDelivery(resolve, reject)
      const add = (plain: ProducerRecord) => this.#dispatcher.add(plain, delivery, 0)
      this.#enter([record], untyped(record), add)?.catch(reject)
    })
  }

  sendBatch<K, V>(records: readonly AnyRecord<K, V>[]): Promise<RecordMetadata[]> {
    if (records.length === 0) return Promise.resolve([])
    return isSendHeard() ? this.#traced(records) : this.#deliver(records)
  }

  /** Settles when everything that has come in until now is on its way, or has failed. */
  through(): Promise<void> {
    return this.#lines.through()
  }

  #deliver<K, V>(records: readonly AnyRecord<K, V>[]): Promise<RecordMetadata[]> {
    return new Promise((resolve, reject) => {
      const delivery = new GroupDelivery(records.length, resolve, reject)
      const add = (plain: readonly ProducerRecord[]) => {
        for (let i = 0; i < plain.length; i++) this.#dispatcher.add(plain[i]!, delivery, i)
      }
      this.#enter(records, allUntyped(records), add)?.catch(reject)
    })
  }

  /** Mostly at once, without a promise. */
  #enter<T>(
    records: readonly AnyRecord[],
    serialized: T | Promise<T>,
    add: (plain: T) => void,
  ): Promise<void> | undefined {
    const { check } = this.#options
    if (isPromise(serialized) || !this.#lines.isEmpty)
      return this.#lines.wait(new Set(records.map(topicName)), serialized, (plain) => {
        check?.()
        add(plain)
      })
    check?.()
    add(serialized)
    return undefined
  }

  #traced(records: readonly AnyRecord[]): Promise<RecordMetadata[]> {
    const { clientId, transactionalId } = this.#options
    return tracedSend({ records, clientId, transactionalId }, (traced) => this.#deliver(traced))
  }
}
