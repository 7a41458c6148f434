import type { RecordCursor } from '@ottla/protocol'
import { ConsumerRecord, type RecordOrigin } from '../consumer-record.ts'
import type { AcknowledgeType } from './acknowledgements.ts'

export type Decide = (record: ShareRecord<any, any>, type: AcknowledgeType) => void

export interface Acquired {
  /** How often the record was handed out, this time included. */
  readonly deliveryCount: number
  /** On the monotonic clock: later, somebody else may have the record. */
  readonly lockedUntilMs: number
}

/** A record that this member has to itself for a while. */
export class ShareRecord<K = Buffer | null, V = Buffer | null> extends ConsumerRecord<K, V> {
  /** How often the record was handed out, to whomever, this time included. */
  readonly deliveryCount: number
  #lockedUntilMs: number
  #decision: AcknowledgeType | undefined
  readonly #decide: Decide

  /** @internal A share consumer makes it. */
  constructor(
    origin: RecordOrigin,
    cursor: RecordCursor,
    { key, value, acquired, decide }: { key: K; value: V; acquired: Acquired; decide: Decide },
  ) {
    super(origin, cursor, key, value)
    this.deliveryCount = acquired.deliveryCount
    this.#lockedUntilMs = acquired.lockedUntilMs
    this.#decide = decide
  }

  /** What was decided; renewing decides nothing. */
  get decision(): AcknowledgeType | undefined {
    return this.#decision
  }

  get lockedUntilMs(): number {
    return this.#lockedUntilMs
  }

  /** It is done. */
  accept(): void {
    this.#settle('accept')
  }

  /** It is for another try, by whomever, as often as the group allows. */
  release(): void {
    this.#settle('release')
  }

  /** Nobody shall try it again. */
  reject(): void {
    this.#settle('reject')
  }

  /** It takes longer: the lock begins anew. Needs a broker with version 2 of the share requests (Kafka 4.2). */
  renew(): void {
    if (this.#decision === undefined) this.#decide(this, 'renew')
  }

  /** The first decision counts. */
  #settle(type: AcknowledgeType): void {
    if (this.#decision !== undefined) return
    this.#decision = type
    this.#decide(this, type)
  }
}
