import { partitionKey, type TopicPartition } from '../topic-partition.ts'

/**
 * What is to become of a record that a member of a share group has acquired (KIP-932).
 *   accept    it is done.
 *   release   it is for another try, by whomever.
 *   reject    nobody shall try it again.
 *   renew     it takes longer: the lock begins anew.
 *   gap       there is no record at the offset (markers, compaction): only this client says so.
 */
export type AcknowledgeType = 'gap' | 'accept' | 'release' | 'reject' | 'renew'

const codes = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const satisfies Record<AcknowledgeType, number>

export interface AcknowledgementBatch {
  readonly firstOffset: number
  readonly lastOffset: number
  /** One for all offsets, or one for each. */
  readonly acknowledgeTypes: number[]
}

export interface PartitionAcknowledgements extends TopicPartition {
  readonly acknowledgementBatches: AcknowledgementBatch[]
}

/** Decisions that wait for the next request to their broker. */
export class Acknowledgements {
  readonly #partitions = new Map<
    string,
    { readonly of: TopicPartition; readonly types: Map<number, AcknowledgeType> }
  >()

  get isEmpty(): boolean {
    return this.#partitions.size === 0
  }

  /** A later decision about a record replaces an earlier one that was not sent yet. */
  add(of: TopicPartition, offset: number, type: AcknowledgeType): void {
    const key = partitionKey(of.topic, of.partition)
    let partition = this.#partitions.get(key)
    if (partition === undefined) {
      partition = { of, types: new Map() }
      this.#partitions.set(key, partition)
    }
    partition.types.set(offset, type)
  }

  /** All of them, in the form of the wire; none are left. Consecutive offsets of one decision are one batch. */
  take(): PartitionAcknowledgements[] {
    const taken = [...this.#partitions.values()].map(({ of: { topic, partition }, types }) => ({
      topic,
      partition,
      acknowledgementBatches: batched([...types].sort(([a], [b]) => a - b)),
    }))
    this.#partitions.clear()
    return taken
  }
}

function batched(decisions: readonly (readonly [offset: number, type: AcknowledgeType])[]): AcknowledgementBatch[] {
  const batches: { firstOffset: number; lastOffset: number; acknowledgeTypes: number[] }[] = []
  for (const [offset, type] of decisions) {
    const last = batches.at(-1)
    if (last !== undefined && last.lastOffset === offset - 1 && last.acknowledgeTypes[0] === codes[type])
      last.lastOffset = offset
    else batches.push({ firstOffset: offset, lastOffset: offset, acknowledgeTypes: [codes[type]] })
  }
  return batches
}
