import type { CoordinatorLog, CoordinatorRecord } from '@ottla/coordinator'

/** A coordinator's log that is durable at once, and gone with the test. */
export class MemoryCoordinatorLog implements CoordinatorLog {
  readonly #partitions: (readonly CoordinatorRecord[])[][] = [[], []]

  partitionCount(): number {
    return this.#partitions.length
  }

  async create(): Promise<number> {
    return this.#partitions.length
  }

  async append(partition: number, records: readonly CoordinatorRecord[]): Promise<{ endOffset: number }> {
    return { endOffset: this.#partitions[partition]!.push(records) }
  }

  async *read(partition: number): AsyncGenerator<readonly CoordinatorRecord[]> {
    yield* this.#partitions[partition]!
  }

  async deleteBefore(): Promise<void> {}
}
