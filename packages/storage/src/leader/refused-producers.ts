import { outOfOrder, type SentSequence } from './producers.ts'

const limit = 1000

/**
 * Producers whose first batch could not be written. A producer that is not known may begin with any sequence, so the batches
 * that it had sent behind that one would be taken, and the first one, sent again, never: it must come first.
 */
export class RefusedProducers {
  readonly #firstSequences = new Map<number, { readonly epoch: number; readonly sequence: number }>()

  add({ producerId, producerEpoch, baseSequence }: SentSequence): void {
    const known = this.#firstSequences.get(producerId)
    if (known !== undefined && known.epoch === producerEpoch && known.sequence <= baseSequence) return
    this.#firstSequences.set(producerId, { epoch: producerEpoch, sequence: baseSequence })
    if (this.#firstSequences.size > limit) this.#firstSequences.delete(this.#firstSequences.keys().next().value!)
  }

  check(sent: SentSequence, where: string): void {
    const refused = this.#firstSequences.get(sent.producerId)
    if (refused === undefined || refused.epoch !== sent.producerEpoch || refused.sequence === sent.baseSequence) return
    throw outOfOrder(sent, where, `sequence ${refused.sequence} could not be written and comes first`)
  }

  /** It has written something since. */
  delete(producerId: number): void {
    this.#firstSequences.delete(producerId)
  }
}
