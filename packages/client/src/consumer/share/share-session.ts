import { partitionKey, type TopicPartition } from '../topic-partition.ts'

const newEpoch = 0
const maxEpoch = 0x7fffffff

export interface SessionChange {
  readonly shareSessionEpoch: number
  readonly added: readonly TopicPartition[]
  readonly forgotten: readonly TopicPartition[]
}

/**
 * The session of a member with one broker (KIP-932): the broker remembers the partitions, and which records the member
 * has acquired. Each request, of either kind, has the next epoch; with a new session all acquired records are free again.
 */
export class ShareSession {
  #epoch = newEpoch
  #known = new Map<string, TopicPartition>()

  /** Acknowledgements belong to a session: a new one has none. */
  get isNew(): boolean {
    return this.#epoch === newEpoch
  }

  get epoch(): number {
    return this.#epoch
  }

  get isEmpty(): boolean {
    return this.#known.size === 0
  }

  next(wanted: readonly TopicPartition[]): SessionChange {
    const wantedByKey = new Map(wanted.map((each) => [partitionKey(each.topic, each.partition), each]))
    const added = [...wantedByKey].filter(([key]) => !this.#known.has(key)).map(([, each]) => each)
    const forgotten = [...this.#known].filter(([key]) => !wantedByKey.has(key)).map(([, each]) => each)
    this.#known = wantedByKey
    return { shareSessionEpoch: this.#epoch, added, forgotten }
  }

  answered(): void {
    this.#epoch = this.#epoch === maxEpoch ? 1 : this.#epoch + 1
  }

  restart(): void {
    this.#epoch = newEpoch
    this.#known.clear()
  }
}
